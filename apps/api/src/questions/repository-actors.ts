import { z } from "zod";
import { Conditions } from "../conditions.ts";
import { assertSameOrder, cursorOf, pageOf } from "../cursor.ts";
import { keysetOf } from "../keyset.ts";
import { LIMIT, oneOf, ORDER, REGISTRY_PART, REPOSITORY_PART, TEXT } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ACTOR_NAME, ACTOR_TYPE, COUNT, INSTANT, NEXT_CURSOR } from "../schemas.ts";
import { instant, moment, withCounts } from "../sql-text.ts";

/** SQL of the values to sort by; none: by name. */
const KEYS = {
  actor_name: undefined,
  pulls: "pulls::numeric",
  pushes: "pushes::numeric",
  last_seen_at: moment("last_seen_at"),
} as const;

const SORTS = [
  "actor_name",
  "pulls",
  "pushes",
  "last_seen_at",
] as const satisfies readonly (keyof typeof KEYS)[];

/** The same name with two types is two rows. */
const NAMES = ["actor_name", "coalesce(actor_type, '')"] as const;

const POSITION = z.tuple([
  z.enum(SORTS),
  z.enum(["asc", "desc"]),
  z.string().regex(/^-?[0-9]{1,40}(\.[0-9]{1,9})?$/),
  TEXT,
  TEXT,
]);

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
    sort: oneOf(SORTS)
      .default("actor_name")
      .describe(`one of ${SORTS.join(", ")}; without it, actor_name`),
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
    where.where(asked.repository, (name) => `repository = ${name}`);
    // Names are kept in lower case.
    where.where(asked.search, (part) => `strpos(actor_name, lower(${part})) > 0`);
    const key = KEYS[sort];
    const { orderBy, condition } = keysetOf(
      { ...(key === undefined ? {} : { key }), names: NAMES, descending: order === "desc" },
      cursor && {
        key: () => `${where.value(cursor[2])}::numeric`,
        names: cursor.slice(3).map((name) => where.value(name)),
      },
    );
    // Times become text in the page only, not in every row that is sorted.
    const rows = await database.query<ActorRecord>(
      `select actor_name, actor_type, pushes, pulls,
  ${instant("first_seen_at")} as first_seen_at, ${instant("last_seen_at")} as last_seen_at,
  ${key === undefined ? "'0'" : `(${key})::text`} as position
from (
  select * from repository_actors
  where ${where.text}
    and ${condition}
  order by ${orderBy}
  limit ${where.value(limit + 1)}
) repository_actors
order by ${orderBy}`,
      where.values,
    );
    const { page, next_cursor } = pageOf(rows, limit, (row) => [
      sort,
      order,
      row.position,
      row.actor_name,
      row.actor_type ?? "",
    ]);
    const shown = page.map(({ position: _position, ...row }) => withCounts(row, COUNTS));
    return { actors: shown, next_cursor };
  },
});
