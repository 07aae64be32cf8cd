import { z } from "zod";
import { BYTES, COUNT, LATER_INSTANT, REGISTRY_LABEL, REPOSITORY } from "../schemas.ts";
import { instant, withCounts } from "../sql-text.ts";

/** A repository with its all-time statistics, in lists and alone. */
export const REPOSITORY_ROW = z.strictObject({
  registry: REGISTRY_LABEL,
  repository: REPOSITORY,
  origin: z
    .enum(["push", "import"])
    .nullable()
    .describe("push: a counted push created it; import; null when it was only pulled or deleted"),
  pushes: COUNT.describe("manifest pushes, tagged or not"),
  pulls: COUNT.describe("manifest downloads; checks by HEAD and layers do not count"),
  first_pushed_at: LATER_INSTANT,
  last_pushed_at: LATER_INSTANT,
  first_pulled_at: LATER_INSTANT,
  last_pulled_at: LATER_INSTANT,
  bytes_pushed: BYTES.describe("bytes of all pushes, layers included"),
  bytes_pulled: BYTES.describe("bytes of all pulls, layers included"),
  created_at: LATER_INSTANT.describe("when a push created it; null when that was before Tallyman"),
  deleted_at: LATER_INSTANT.describe("when it was deleted; null while it is there"),
});

const COUNTS = ["pushes", "pulls", "bytes_pushed", "bytes_pulled"] as const;

export interface RepositoryRecord extends Record<(typeof COUNTS)[number], string> {
  readonly registry: string;
  readonly repository: string;
  readonly origin: "push" | "import" | null;
  readonly first_pushed_at: string | null;
  readonly last_pushed_at: string | null;
  readonly first_pulled_at: string | null;
  readonly last_pulled_at: string | null;
  readonly created_at: string | null;
  readonly deleted_at: string | null;
}

/** SQL of the columns of a row. */
export const REPOSITORY_COLUMNS = `registry, repository, origin, pushes, pulls,
  ${instant("first_pushed_at")} as first_pushed_at, ${instant("last_pushed_at")} as last_pushed_at,
  ${instant("first_pulled_at")} as first_pulled_at, ${instant("last_pulled_at")} as last_pulled_at,
  bytes_pushed, bytes_pulled,
  ${instant("created_at")} as created_at, ${instant("deleted_at")} as deleted_at`;

/**
 * SQL of repositories that any event named, and those that were imported and have been silent since. A repository that
 * existed before Tallyman and was only pulled has no creation.
 *
 * @param condition on `registry` and `repository`
 */
export function repositoriesWhere(condition: string): string {
  return `(
  select registry, repository, origin, coalesce(pushes, 0) as pushes, coalesce(pulls, 0) as pulls,
    first_pushed_at, last_pushed_at, first_pulled_at, last_pulled_at,
    coalesce(bytes_pushed, 0) as bytes_pushed, coalesce(bytes_pulled, 0) as bytes_pulled,
    created_at, deleted_at
  from (select * from repository_stats where ${condition}) stats
  full join (
    select * from (
      select registry, path as repository, origin, created_at, deleted_at from container_repositories
    ) named
    where ${condition}
  ) known using (registry, repository)
)`;
}

export function toRepositoryRow(record: RepositoryRecord): z.infer<typeof REPOSITORY_ROW> {
  return withCounts(record, COUNTS);
}
