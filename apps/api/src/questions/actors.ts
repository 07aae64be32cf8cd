import { z } from "zod";
import { Conditions } from "../conditions.ts";
import { assertSameOrder, cursorOf, pageOf } from "../cursor.ts";
import { keysetOf } from "../keyset.ts";
import { LIMIT, oneOf, ORDER, REGISTRY, TEXT } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ACTOR_NAME, COUNT, INSTANT, NEXT_CURSOR, REGISTRY_LABEL } from "../schemas.ts";
import { instant, moment, withCounts } from "../sql-text.ts";

/** SQL of the values to sort by; none: by name. */
const KEYS = {
  actor_name: undefined,
  pulls: "pulls",
  pushes: "pushes",
  repositories: "repositories::numeric",
  last_seen_at: moment("last_seen_at"),
} as const;

const SORTS = [
  "actor_name",
  "pulls",
  "pushes",
  "repositories",
  "last_seen_at",
] as const satisfies readonly (keyof typeof KEYS)[];

const NAMES = ["registry", "actor_name"] as const;

const POSITION = z.tuple([
  z.enum(SORTS),
  z.enum(["asc", "desc"]),
  z.string().regex(/^-?[0-9]{1,40}(\.[0-9]{1,9})?$/),
  TEXT,
  TEXT,
]);

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
    sort: oneOf(SORTS)
      .default("pulls")
      .describe(`one of ${SORTS.join(", ")}; without it, pulls`),
    order: ORDER,
    limit: LIMIT,
    cursor: cursorOf(POSITION),
  }),
  response: z.strictObject({ actors: z.array(ROW), next_cursor: NEXT_CURSOR }),
  table: { row: ROW, rowsOf: (answer) => answer.actors },
  answer: async (asked, { database }) => {
    const { sort, limit, cursor } = asked;
    const order = asked.order ?? (sort === "actor_name" ? "asc" : "desc");
    assertSameOrder(cursor, [sort, order]);
    const where = new Conditions();
    where.where(asked.registry, (name) => `registry = ${name}`);
    // Names are kept in lower case.
    where.where(asked.search, (part) => `strpos(actor_name, lower(${part})) > 0`);
    const key = KEYS[sort];
    const { orderBy, condition } = keysetOf(
      { ...(key === undefined ? {} : { key: "key" }), names: NAMES, descending: order === "desc" },
      cursor && {
        key: () => `${where.value(cursor[2])}::numeric`,
        names: cursor.slice(3).map((name) => where.value(name)),
      },
    );
    const rows = await database.query<ActorRecord>(
      `select registry, actor_name, repositories, pushes, pulls,
  ${instant("first_seen_at")} as first_seen_at, ${instant("last_seen_at")} as last_seen_at, key::text as position
from (
  select *, ${key ?? "0::numeric"} as key
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
) keyed
where ${condition}
order by ${orderBy}
limit ${where.value(limit + 1)}`,
      where.values,
    );
    const { page, next_cursor } = pageOf(rows, limit, (row) => [
      sort,
      order,
      row.position,
      row.registry,
      row.actor_name,
    ]);
    const shown = page.map(({ position: _position, ...row }) => withCounts(row, COUNTS));
    return { actors: shown, next_cursor };
  },
});
