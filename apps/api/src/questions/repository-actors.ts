import { z } from "zod";
import { Conditions } from "../conditions.ts";
import { REGISTRY_PART, REPOSITORY_PART, TEXT } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ACTOR_NAME, ACTOR_TYPE, COUNT, INSTANT, NEXT_CURSOR } from "../schemas.ts";
import { byMoment, byNumber, sortedList } from "../sorted-list.ts";
import { instant, withCounts } from "../sql-text.ts";

/** The same name with two types is two rows. */
const NAMES = ["actor_name", "coalesce(actor_type, '')"] as const;

const LIST = sortedList({
  keys: {
    actor_name: undefined,
    pulls: byNumber("pulls"),
    pushes: byNumber("pushes"),
    last_seen_at: byMoment("last_seen_at"),
  },
  usual: "actor_name",
  names: NAMES.length,
});

const ROW = z.strictObject({
  actor_name: ACTOR_NAME.describe("name in lower case"),
  actor_type: ACTOR_TYPE,
  pushes: COUNT.describe("manifest pushes"),
  pulls: COUNT.describe("manifest downloads"),
  first_seen_at: INSTANT.describe("earliest event of any kind"),
  last_seen_at: INSTANT.describe("latest event of any kind"),
});

const COUNTS = ["pushes", "pulls"] as const;

type ActorRecord = Omit<z.infer<typeof ROW>, (typeof COUNTS)[number]> &
  Record<(typeof COUNTS)[number] | "position", string>;

export const repositoryActors = defineRoute({
  path: "/api/v1/repositories/{registry}/{repository}/actors",
  question: "Who has pushed to or pulled from one repository, and when last?",
  description:
    "By name unless sorted otherwise. The same name with two types is two rows. Anonymous events belong to nobody.",
  parameters: z.object({
    registry: REGISTRY_PART,
    repository: REPOSITORY_PART,
    search: TEXT.optional().describe("part of the name, in any case"),
    ...LIST.parameters,
  }),
  response: z.strictObject({ actors: z.array(ROW), next_cursor: NEXT_CURSOR }),
  table: { row: ROW, rowsOf: (answer) => answer.actors },
  answer: async (asked, { database }) => {
    const where = new Conditions();
    where.where(asked.registry, (name) => `registry = ${name}`);
    where.where(asked.repository, (name) => `repository = ${name}`);
    // Names are kept in lower case.
    where.where(asked.search, (part) => `strpos(actor_name, lower(${part})) > 0`);
    const list = LIST.page(asked, where, NAMES);
    // Times become text in the page only, not in every row that is sorted.
    const rows = await database.query<ActorRecord>(
      `select actor_name, actor_type, pushes, pulls,
  ${instant("first_seen_at")} as first_seen_at, ${instant("last_seen_at")} as last_seen_at,
  ${list.position} as position
from (
  select * from repository_actors
  where ${where.text}
    and ${list.condition}
  order by ${list.orderBy}
  limit ${list.limit}
) repository_actors
order by ${list.orderBy}`,
      where.values,
    );
    const page = list.of(rows, (row) => [row.actor_name, row.actor_type ?? ""]);
    return {
      actors: page.rows.map((row) => withCounts(row, COUNTS)),
      next_cursor: page.next_cursor,
    };
  },
});
