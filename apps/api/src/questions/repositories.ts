import { z } from "zod";
import { Conditions } from "../conditions.ts";
import { assertSameOrder, cursorOf, pageOf } from "../cursor.ts";
import { keysetOf } from "../keyset.ts";
import { LIMIT, oneOf, ORDER, REGISTRY, TEXT } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { NEXT_CURSOR } from "../schemas.ts";
import { moment } from "../sql-text.ts";
import { DATE, startOfDay } from "../window.ts";
import {
  REPOSITORY_COLUMNS,
  REPOSITORY_ROW,
  repositoriesWhere,
  toRepositoryRow,
  type RepositoryRecord,
} from "./repository-rows.ts";

/** SQL of the values to sort by; none: by name. */
const KEYS = {
  repository: undefined,
  pulls: "pulls::numeric",
  pushes: "pushes::numeric",
  last_pulled_at: moment("last_pulled_at"),
  last_pushed_at: moment("last_pushed_at"),
  bytes_pulled: "bytes_pulled",
  bytes_pushed: "bytes_pushed",
  created_at: moment("created_at"),
  deleted_at: moment("deleted_at"),
} as const;

const SORTS = [
  "repository",
  "pulls",
  "pushes",
  "last_pulled_at",
  "last_pushed_at",
  "bytes_pulled",
  "bytes_pushed",
  "created_at",
  "deleted_at",
] as const satisfies readonly (keyof typeof KEYS)[];

const POSITION = z.tuple([
  z.enum(SORTS),
  z.enum(["asc", "desc"]),
  z.string().regex(/^(-Infinity|-?[0-9]{1,40}(\.[0-9]{1,9})?)$/),
  TEXT,
  TEXT,
]);

const first = (what: string) => DATE.optional().describe(`only ${what} on this UTC day or later`);
const until = (what: string) => DATE.optional().describe(`only ${what} before this UTC day`);

export const repositories = defineRoute({
  path: "/api/v1/repositories",
  question: "Which repositories are there, which are used most, which are new and which are gone?",
  example: "/api/v1/repositories?sort=pulls",
  parameters: z.object({
    registry: REGISTRY,
    search: TEXT.optional().describe("part of the path, in any case"),
    created_from: first("those that a push created"),
    created_to: until("those that a push created"),
    deleted_from: first("those that were deleted"),
    deleted_to: until("those that were deleted"),
    sort: oneOf(SORTS)
      .default("repository")
      .describe(`one of ${SORTS.join(", ")}`),
    order: ORDER,
    limit: LIMIT,
    cursor: cursorOf(POSITION),
  }),
  response: z.strictObject({ repositories: z.array(REPOSITORY_ROW), next_cursor: NEXT_CURSOR }),
  table: { row: REPOSITORY_ROW, rowsOf: (answer) => answer.repositories },
  answer: async (asked, { database }) => {
    const { sort, limit, cursor } = asked;
    const order = asked.order ?? (sort === "repository" ? "asc" : "desc");
    assertSameOrder(cursor, [sort, order]);
    const where = new Conditions();
    const whose =
      asked.registry === undefined ? "true" : `registry = ${where.value(asked.registry)}`;
    where.where(asked.search, (part) => `strpos(lower(repository), lower(${part})) > 0`);
    where.where(asked.created_from, (day) => `created_at >= ${startOfDay(day)}`);
    where.where(asked.created_to, (day) => `created_at < ${startOfDay(day)}`);
    where.where(asked.deleted_from, (day) => `deleted_at >= ${startOfDay(day)}`);
    where.where(asked.deleted_to, (day) => `deleted_at < ${startOfDay(day)}`);
    const names =
      sort === "repository" ? ["repository", "registry"] : (["registry", "repository"] as const);
    const key = KEYS[sort];
    const { orderBy, condition } = keysetOf(
      { ...(key === undefined ? {} : { key: "key" }), names, descending: order === "desc" },
      cursor && {
        key: () => `${where.value(cursor[2])}::numeric`,
        names: [where.value(cursor[3]), where.value(cursor[4])],
      },
    );
    const rows = await database.query<RepositoryRecord & { position: string }>(
      `select ${REPOSITORY_COLUMNS}, key::text as position
from (select *, ${key ?? "0::numeric"} as key from ${repositoriesWhere(whose)} repositories) keyed
where ${where.text} and ${condition}
order by ${orderBy}
limit ${where.value(limit + 1)}`,
      where.values,
    );
    const { page, next_cursor } = pageOf(rows, limit, (row) => [
      sort,
      order,
      row.position,
      row[names[0] as "registry" | "repository"],
      row[names[1] as "registry" | "repository"],
    ]);
    const shown = page.map(({ position: _position, ...row }) => toRepositoryRow(row));
    return { repositories: shown, next_cursor };
  },
});
