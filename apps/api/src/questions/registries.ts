import { z } from "zod";
import { defineRoute } from "../route.ts";
import { COUNT, DAY, REGISTRY_LABEL } from "../schemas.ts";
import { day, withCounts } from "../sql-text.ts";

/** A registry is known when it sent anything or when repositories of it were imported. */
const REGISTRIES = `
with receipts as (
  select registry, min(day) as first_day, max(day) as last_day, sum(received) as received
  from ledger
  group by registry
), paths as (
  select registry, count(*) as repositories
  from (
    select registry, repository from repository_stats
    union
    select registry, path from container_repositories
  ) known
  group by registry
)
select registry, ${day("first_day")} as first_day, ${day("last_day")} as last_day,
  coalesce(received, 0) as received, coalesce(repositories, 0) as repositories
from receipts full join paths using (registry)
order by registry`;

const ROW = z.strictObject({
  registry: REGISTRY_LABEL,
  first_day: DAY.nullable().describe("first UTC day of receipt; null when it sent nothing"),
  last_day: DAY.nullable().describe("last UTC day of receipt; null when it sent nothing"),
  received: COUNT.describe("events received"),
  repositories: COUNT.describe("repositories known"),
});

interface RegistryRow {
  readonly registry: string;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly received: string;
  readonly repositories: string;
}

export const registries = defineRoute({
  path: "/api/v1/registries",
  question: "Which registries have sent notifications, since when, and how much?",
  parameters: z.object({}),
  response: z.strictObject({ registries: z.array(ROW) }),
  table: { row: ROW, rowsOf: (answer) => answer.registries },
  answer: async (_parameters, { database }) => {
    const rows = await database.query<RegistryRow>(REGISTRIES);
    return { registries: rows.map((row) => withCounts(row, ["received", "repositories"])) };
  },
});
