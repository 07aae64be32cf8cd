import { z } from "zod";
import { REGISTRY_PART, REPOSITORY_PART } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ACTION, BYTES, COUNT, DAY, REGISTRY_LABEL, REPOSITORY, WINDOW } from "../schemas.ts";
import { day, withCounts } from "../sql-text.ts";
import { FROM, MAX_DAYS, TO, windowOf } from "../window.ts";

const DEFAULT_DAYS = 28;

const DAILY = `
select ${day("day")} as day, action, events, bytes, repositories_created
from repository_daily
where registry = $1 and repository = $2
  and repository_daily.day >= $3::date and repository_daily.day < $4::date
order by repository_daily.day, action`;

const ROW = z.strictObject({
  day: DAY,
  action: ACTION,
  events: COUNT.describe("number of events"),
  bytes: BYTES.describe("bytes of pushes and pulls; others move none"),
  repositories_created: COUNT.describe("how many of the events created the repository"),
});

const COUNTS = ["events", "bytes", "repositories_created"] as const;

type DailyRow = { readonly day: string; readonly action: z.infer<typeof ACTION> } & Record<
  (typeof COUNTS)[number],
  string
>;

export const repositoryDaily = defineRoute({
  path: "/api/v1/repositories/{registry}/{repository}/daily",
  question: "What happened in one repository per day and action?",
  description: "Days and actions without events are left out. A silent repository has no days.",
  parameters: z.object({
    registry: REGISTRY_PART,
    repository: REPOSITORY_PART,
    from: FROM.describe(`first UTC day; without it, ${DEFAULT_DAYS} days before to`),
    to: TO,
  }),
  response: z.strictObject({
    registry: REGISTRY_LABEL,
    repository: REPOSITORY,
    ...WINDOW,
    days: z.array(ROW),
  }),
  table: { row: ROW, rowsOf: (answer) => answer.days },
  answer: async (asked, { database, today }) => {
    const { registry, repository } = asked;
    const window = windowOf(asked, { today: today(), days: DEFAULT_DAYS, maxDays: MAX_DAYS });
    const rows = await database.query<DailyRow>(DAILY, [
      registry,
      repository,
      window.from,
      window.to,
    ]);
    return { registry, repository, ...window, days: rows.map((row) => withCounts(row, COUNTS)) };
  },
});
