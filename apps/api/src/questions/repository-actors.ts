import { z } from "zod";
import { Conditions } from "../conditions.ts";
import { cursorOf, pageOf } from "../cursor.ts";
import { LIMIT, REGISTRY_PART, REPOSITORY_PART, TEXT } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ACTOR_NAME, ACTOR_TYPE, COUNT, INSTANT, NEXT_CURSOR } from "../schemas.ts";
import { instant, withCounts } from "../sql-text.ts";

const ROW = z.strictObject({
  actor_name: ACTOR_NAME.describe("name in lower case"),
  actor_type: ACTOR_TYPE,
  pushes: COUNT.describe("manifest pushes"),
  pulls: COUNT.describe("manifest downloads"),
  first_seen_at: INSTANT.describe("earliest event of any kind"),
  last_seen_at: INSTANT.describe("latest event of any kind"),
});

interface ActorRow {
  readonly actor_name: string;
  readonly actor_type: string | null;
  readonly pushes: string;
  readonly pulls: string;
  readonly first_seen_at: string;
  readonly last_seen_at: string;
}

export const repositoryActors = defineRoute({
  path: "/api/v1/repositories/{registry}/{repository}/actors",
  question: "Who has pushed to or pulled from one repository, and when last?",
  description:
    "By name. The same name with two types is two rows. Anonymous events belong to nobody.",
  parameters: z.object({
    registry: REGISTRY_PART,
    repository: REPOSITORY_PART,
    limit: LIMIT,
    cursor: cursorOf(z.tuple([TEXT, TEXT])),
  }),
  response: z.strictObject({ actors: z.array(ROW), next_cursor: NEXT_CURSOR }),
  table: { row: ROW, rowsOf: (answer) => answer.actors },
  answer: async ({ registry, repository, limit, cursor }, { database }) => {
    const where = new Conditions();
    where.where(registry, (name) => `registry = ${name}`);
    where.where(repository, (name) => `repository = ${name}`);
    if (cursor !== undefined) {
      const [name, type] = cursor.map((text) => where.value(text));
      where.add(`(actor_name, coalesce(actor_type, '')) > (${name}, ${type})`);
    }
    const rows = await database.query<ActorRow>(
      `select actor_name, actor_type, pushes, pulls,
  ${instant("first_seen_at")} as first_seen_at, ${instant("last_seen_at")} as last_seen_at
from repository_actors
where ${where.text}
order by actor_name, coalesce(actor_type, '')
limit ${where.value(limit + 1)}`,
      where.values,
    );
    const { page, next_cursor } = pageOf(rows, limit, (row) => [
      row.actor_name,
      row.actor_type ?? "",
    ]);
    return { actors: page.map((row) => withCounts(row, ["pushes", "pulls"])), next_cursor };
  },
});
