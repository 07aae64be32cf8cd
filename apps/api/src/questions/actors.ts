import { z } from "zod";
import { Conditions } from "../conditions.ts";
import { REGISTRY, TEXT } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ACTOR_NAME, COUNT, INSTANT, NEXT_CURSOR, REGISTRY_LABEL } from "../schemas.ts";
import { byMoment, byNumber, sortedList } from "../sorted-list.ts";
import { instant, withCounts } from "../sql-text.ts";

const NAMES = ["registry", "actor_name"] as const;

const LIST = sortedList({
  keys: {
    actor_name: undefined,
    pulls: byNumber("pulls"),
    pushes: byNumber("pushes"),
    repositories: byNumber("repositories"),
    last_seen_at: byMoment("last_seen_at"),
  },
  usual: "pulls",
  names: NAMES.length,
});

const ROW = z.strictObject({
  registry: REGISTRY_LABEL,
  actor_name: ACTOR_NAME.describe("name in lower case"),
  repositories: COUNT.describe("repositories that the actor did anything in"),
  pushes: COUNT.describe("manifest pushes"),
  pulls: COUNT.describe("manifest downloads"),
  first_seen_at: INSTANT.describe("earliest event of any kind"),
  last_seen_at: INSTANT.describe("latest event of any kind"),
});

const COUNTS = ["repositories", "pushes", "pulls"] as const;

type ActorRecord = Omit<z.infer<typeof ROW>, (typeof COUNTS)[number]> &
  Record<(typeof COUNTS)[number] | "position", string>;

/** SQL of the first or last of a person's types. */
const typeOf = (extreme: "min" | "max") => `${extreme}(coalesce(actor_type, '') collate "C")`;

export const actors = defineRoute({
  path: "/api/v1/actors",
  question: "Who pushes and pulls most, and who was seen last?",
  description: "All-time numbers of everybody with a name: users, deploy tokens and others.",
  parameters: z.object({
    registry: REGISTRY,
    search: TEXT.optional().describe("part of the name, in any case"),
    ...LIST.parameters,
  }),
  response: z.strictObject({ actors: z.array(ROW), next_cursor: NEXT_CURSOR }),
  table: { row: ROW, rowsOf: (answer) => answer.actors },
  answer: async (asked, { database }) => {
    const where = new Conditions();
    where.where(asked.registry, (name) => `registry = ${name}`);
    // Names are kept in lower case.
    where.where(asked.search, (part) => `strpos(actor_name, lower(${part})) > 0`);
    const list = LIST.page(asked, where, NAMES);
    const rows = await database.query<ActorRecord>(
      `select registry, actor_name, repositories, pushes, pulls,
  ${instant("first_seen_at")} as first_seen_at, ${instant("last_seen_at")} as last_seen_at,
  ${list.position} as position
from (
  -- A name with two types is one person here, and its rows may name the same repository. Only such a person's
  -- repositories have to be told apart: sorting them for everybody would take most of the time.
  select registry, actor_name,
    case when ${typeOf("min")} = ${typeOf("max")} then count(*) else (
      select count(distinct repository) from repository_actors own
      where own.registry = seen.registry and own.actor_name = seen.actor_name
    ) end as repositories,
    sum(pushes) as pushes, sum(pulls) as pulls,
    min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at
  from repository_actors seen
  where ${where.text}
  group by registry, actor_name
) actors
where ${list.condition}
order by ${list.orderBy}
limit ${list.limit}`,
      where.values,
    );
    const page = list.of(rows, (row) => [row.registry, row.actor_name]);
    return {
      actors: page.rows.map((row) => withCounts(row, COUNTS)),
      next_cursor: page.next_cursor,
    };
  },
});
