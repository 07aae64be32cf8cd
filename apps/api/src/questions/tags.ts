import { z } from "zod";
import { Conditions } from "../conditions.ts";
import { assertSameOrder, cursorOf, pageOf } from "../cursor.ts";
import type { Database } from "../database.ts";
import { keysetOf } from "../keyset.ts";
import {
  FLAG,
  LIMIT,
  oneOf,
  ORDER,
  REGISTRY,
  REGISTRY_PART,
  REPOSITORY_PART,
  TEXT,
} from "../parameters.ts";
import { defineRoute } from "../route.ts";
import {
  COUNT,
  DIGEST,
  LATER_INSTANT,
  NEXT_CURSOR,
  REGISTRY_LABEL,
  REPOSITORY,
  TAG,
} from "../schemas.ts";
import { instant, withCounts } from "../sql-text.ts";
import { DATE, startOfDay } from "../window.ts";

const amount = (column: string) => ({ sql: column, text: `${column}::text`, type: "bigint" });

/** Never is earlier than everything. */
const time = (column: string) => ({
  sql: `coalesce(${column}, '-infinity')`,
  text: `coalesce(${instant(column)}, '-infinity')`,
  type: "timestamptz",
});

/**
 * The values to sort by, as SQL, and as text in a cursor; none: by name. All tags are looked at to find the first by
 * value, so they are sorted by the columns as they are stored: to make numbers or texts of them takes longer.
 */
const KEYS = {
  repository: undefined,
  last_pulled_at: time("tag_stats.last_pulled_at"),
  last_pushed_at: time("tag_stats.last_pushed_at"),
  pulls: amount("tag_stats.pulls"),
  pushes: amount("tag_stats.pushes"),
} as const;

const SORTS = [
  "repository",
  "last_pulled_at",
  "last_pushed_at",
  "pulls",
  "pushes",
] as const satisfies readonly (keyof typeof KEYS)[];

const NAMES = ["registry", "repository", "tag"] as const;

/** Names that only decide between equal values need no order of a language, which takes longer to compare. */
const TIE_BREAKERS = NAMES.map((name) => `tag_stats.${name} collate "C"`);

/** Postgres knows no year 0. */
const TIME = z.iso.datetime({ precision: 6 }).refine((text) => !text.startsWith("0000"));

const DIRECTION = z.enum(["asc", "desc"]);

const POSITION = z.union([
  z.tuple([
    z.enum(["last_pulled_at", "last_pushed_at"]),
    DIRECTION,
    z.union([TIME, z.literal("-infinity")]),
    TEXT,
    TEXT,
    TEXT,
  ]),
  z.tuple([
    z.enum(["repository", "pulls", "pushes"]),
    DIRECTION,
    z.string().regex(/^[0-9]{1,18}$/),
    TEXT,
    TEXT,
    TEXT,
  ]),
]);

const ROW = z.strictObject({
  registry: REGISTRY_LABEL,
  repository: REPOSITORY,
  tag: TAG,
  digest: DIGEST.nullable().describe("digest of the latest push; null when it was only pulled"),
  pushes: COUNT,
  pulls: COUNT.describe("downloads by this tag; checks by HEAD do not count"),
  first_pushed_at: LATER_INSTANT,
  last_pushed_at: LATER_INSTANT,
  first_pulled_at: LATER_INSTANT,
  last_pulled_at: LATER_INSTANT,
  deleted_at: LATER_INSTANT.describe("when it was deleted; null while it is there"),
});

type TagRow = Omit<z.infer<typeof ROW>, "pushes" | "pulls"> & {
  readonly pushes: string;
  readonly pulls: string;
  readonly position: string;
};

const PARAMETERS = {
  search: TEXT.optional().describe("part of the tag, in any case"),
  never_pulled: FLAG.describe("true: only tags that nobody ever pulled"),
  not_pulled_since: DATE.optional().describe(
    "only tags that were never pulled, or not since the start of this UTC day, however lately they were pushed",
  ),
  not_pushed_since: DATE.optional().describe(
    "only tags that were never pushed, or not since the start of this UTC day",
  ),
  deleted: FLAG.describe("true: also tags that were deleted"),
  sort: oneOf(SORTS)
    .default("repository")
    .describe(`one of ${SORTS.join(", ")}`),
  order: ORDER,
  limit: LIMIT,
  cursor: cursorOf(POSITION),
};

const RESPONSE = z.strictObject({ tags: z.array(ROW), next_cursor: NEXT_CURSOR });

const ASKED = z.object({
  registry: REGISTRY,
  repository: TEXT.optional().describe("path of a repository; without it, all of them"),
  ...PARAMETERS,
});

export const tags = defineRoute({
  path: "/api/v1/tags",
  question: "Which tags are there, and which of them does nobody pull and can go?",
  description: "The oldest first: sort=last_pulled_at&order=asc; what was never pulled leads.",
  example: "/api/v1/tags?never_pulled=true",
  parameters: ASKED,
  response: RESPONSE,
  table: { row: ROW, rowsOf: (answer) => answer.tags },
  answer: (asked, { database }) => findTags(asked, database),
});

export const repositoryTags = defineRoute({
  path: "/api/v1/repositories/{registry}/{repository}/tags",
  question: "Which tags does one repository have, and how much is each used?",
  parameters: z.object({ registry: REGISTRY_PART, repository: REPOSITORY_PART, ...PARAMETERS }),
  response: RESPONSE,
  table: { row: ROW, rowsOf: (answer) => answer.tags },
  answer: (asked, { database }) => findTags(asked, database),
});

async function findTags(
  asked: z.infer<typeof ASKED>,
  database: Database,
): Promise<z.infer<typeof RESPONSE>> {
  const { sort, limit, cursor } = asked;
  const order = asked.order ?? (sort === "repository" ? "asc" : "desc");
  assertSameOrder(cursor, [sort, order]);
  const where = new Conditions();
  where.where(asked.registry, (name) => `registry = ${name}`);
  where.where(asked.repository, (name) => `repository = ${name}`);
  where.where(asked.search, (part) => `strpos(lower(tag), lower(${part})) > 0`);
  where.where(
    asked.not_pulled_since,
    (day) => `(tag_stats.last_pulled_at is null or tag_stats.last_pulled_at < ${startOfDay(day)})`,
  );
  where.where(
    asked.not_pushed_since,
    (day) => `(tag_stats.last_pushed_at is null or tag_stats.last_pushed_at < ${startOfDay(day)})`,
  );
  if (asked.never_pulled) where.add("tag_stats.last_pulled_at is null");
  if (!asked.deleted) where.add("tag_stats.deleted_at is null");
  const key = KEYS[sort];
  const { orderBy, condition } = keysetOf(
    {
      ...(key === undefined ? { names: NAMES } : { key: key.sql, names: TIE_BREAKERS }),
      descending: order === "desc",
    },
    cursor && {
      key: () => `${where.value(cursor[2])}::${key?.type}`,
      names: cursor.slice(3).map((name) => where.value(name)),
    },
  );
  // What is shown is made of the rows of the page. Beside the sort, it would be made of every row that is sorted.
  const rows = await database.query<TagRow>(
    `select registry, repository, tag, digest, pushes, pulls,
  ${instant("first_pushed_at")} as first_pushed_at, ${instant("last_pushed_at")} as last_pushed_at,
  ${instant("first_pulled_at")} as first_pulled_at, ${instant("last_pulled_at")} as last_pulled_at,
  ${instant("deleted_at")} as deleted_at, ${key?.text ?? "'0'"} as position
from (
  select registry, repository, tag, digest, pushes, pulls,
    first_pushed_at, last_pushed_at, first_pulled_at, last_pulled_at, deleted_at
  from tag_stats
  where ${where.text}
    and ${condition}
  order by ${orderBy}
  limit ${where.value(limit + 1)}
) tag_stats
order by ${orderBy}`,
    where.values,
  );
  const { page, next_cursor } = pageOf(rows, limit, (row) => [
    sort,
    order,
    row.position,
    row.registry,
    row.repository,
    row.tag,
  ]);
  const shown = page.map(({ position: _position, ...row }) => withCounts(row, ["pushes", "pulls"]));
  return { tags: shown, next_cursor };
}
