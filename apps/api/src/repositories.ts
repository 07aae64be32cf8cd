import { z } from "zod";
import { cursorOf, pageOf } from "./cursor.ts";
import { ParameterError } from "./errors.ts";
import { LIMIT, REGISTRY, TEXT } from "./parameters.ts";
import { defineRoute } from "./route.ts";
import { instant, withCounts } from "./sql-text.ts";

/** SQL of an order: a number, greatest first, then two columns that make it unique. */
interface Order {
  readonly key: string;
  readonly ties: string;
  /** The ties of the cursor's row; $4 is its registry, $5 its path. */
  readonly after: string;
}

const BY_REGISTRY = { ties: "registry, path", after: "$4, $5" };

const ORDERS = {
  path: { key: "0::numeric", ties: "path, registry", after: "$5, $4" },
  pulls: { key: "pulls::numeric", ...BY_REGISTRY },
  pushes: { key: "pushes::numeric", ...BY_REGISTRY },
  // What was never pulled comes after everything that was.
  last_pulled_at: {
    key: "coalesce(extract(epoch from last_pulled_at), '-Infinity')::numeric",
    ...BY_REGISTRY,
  },
  bytes_pulled: { key: "bytes_pulled", ...BY_REGISTRY },
} satisfies Record<string, Order>;

const SORTS = ["path", "pulls", "pushes", "last_pulled_at", "bytes_pulled"] as const;

/**
 * Repositories that any event named, and those that were imported and have been silent since. A repository that
 * existed before Tallyman and was only pulled has no creation.
 */
function repositoriesBy({ key, ties, after }: Order): string {
  return `
select registry, path, pushes, pulls,
  ${instant("first_pushed_at")} as first_pushed_at, ${instant("last_pushed_at")} as last_pushed_at,
  ${instant("first_pulled_at")} as first_pulled_at, ${instant("last_pulled_at")} as last_pulled_at,
  bytes_pushed, bytes_pulled,
  ${instant("created_at")} as created_at, ${instant("deleted_at")} as deleted_at,
  key::text as position
from (
  select *, ${key} as key
  from (
    select registry, path, coalesce(pushes, 0) as pushes, coalesce(pulls, 0) as pulls,
      first_pushed_at, last_pushed_at, first_pulled_at, last_pulled_at,
      coalesce(bytes_pushed, 0) as bytes_pushed, coalesce(bytes_pulled, 0) as bytes_pulled,
      created_at, deleted_at
    from (
      select registry, repository as path, pushes, pulls,
        first_pushed_at, last_pushed_at, first_pulled_at, last_pulled_at, bytes_pushed, bytes_pulled
      from repository_stats
      where $1::text is null or registry = $1
    ) stats
    full join (
      select registry, path, created_at, deleted_at
      from container_repositories
      where $1::text is null or registry = $1
    ) known using (registry, path)
  ) repositories
) keyed
where ($2::text is null or strpos(lower(path), lower($2)) > 0)
  and ($3::numeric is null or key < $3 or (key = $3 and (${ties}) > (${after})))
order by key desc, ${ties}
limit $6`;
}

const POSITION = z.tuple([
  z.enum(SORTS),
  z.string().regex(/^(-Infinity|-?[0-9]{1,40}(\.[0-9]{1,9})?)$/),
  TEXT,
  TEXT,
]);

const COUNTS = ["pushes", "pulls", "bytes_pushed", "bytes_pulled"] as const;

interface RepositoryRow extends Record<(typeof COUNTS)[number], string> {
  readonly registry: string;
  readonly path: string;
  readonly first_pushed_at: string | null;
  readonly last_pushed_at: string | null;
  readonly first_pulled_at: string | null;
  readonly last_pulled_at: string | null;
  readonly created_at: string | null;
  readonly deleted_at: string | null;
  /** The order's key, exactly. */
  readonly position: string;
}

export const repositories = defineRoute({
  path: "/api/v1/repositories",
  question: "Which repositories are there, and which of them are used most?",
  parameters: z.object({
    registry: REGISTRY,
    search: TEXT.optional().describe("part of the path, in any case"),
    sort: z
      .enum(SORTS, `must be one of ${SORTS.join(", ")}`)
      .default("path")
      .describe(
        `one of ${SORTS.join(", ")}; all but path show the greatest first, and last what was never pulled`,
      ),
    limit: LIMIT,
    cursor: cursorOf(POSITION),
  }),
  answer: async ({ registry = null, search = null, sort, limit, cursor }, { database }) => {
    const [cursorSort = sort, key = null, afterRegistry = null, afterPath = null] = cursor ?? [];
    if (cursorSort !== sort) {
      const detail = `belongs to sort=${cursorSort}; ask with that, or without a cursor`;
      throw new ParameterError([{ parameter: "cursor", detail }]);
    }
    const rows = await database.query<RepositoryRow>(repositoriesBy(ORDERS[sort]), [
      registry,
      search,
      key,
      afterRegistry,
      afterPath,
      limit + 1,
    ]);
    const { page, next_cursor } = pageOf(rows, limit, (row) => [
      sort,
      row.position,
      row.registry,
      row.path,
    ]);
    const shown = page.map(({ position: _position, ...row }) => withCounts(row, COUNTS));
    return { repositories: shown, next_cursor };
  },
});
