import { LOWERED_NAMES } from "./lowered-names.ts";

/**
 * A rollup over all time. What removed tracking rows told of it is kept in a table of its own, and is merged with what
 * the remaining ones tell.
 */
export interface AllTime {
  /** Columns that name a row. */
  readonly key: readonly string[];
  /** The other columns, with the aggregate that merges two rows of one key. */
  readonly merge: Readonly<Record<string, "sum" | "min" | "max">>;
  /** The table of what removed rows told. */
  readonly removed: string;
  /** A query that recounts it. @param source tracking rows: a table or a subquery in parentheses, without an alias */
  readonly recount: (source: string) => string;
}

/** Tags and manifests; layers are neither pushes nor pulls. */
export const MANIFEST = "target_kind in ('tag', 'manifest')";

const count = (condition: string, name: string): string =>
  `count(*) filter (where ${condition}) as ${name}`;

const bytes = (condition: string, name: string): string =>
  `coalesce(sum(size_bytes) filter (where ${condition}), 0) as ${name}`;

const span = (condition: string, first: string, last: string): string =>
  `min(occurred_at) filter (where ${condition}) as ${first}, max(occurred_at) filter (where ${condition}) as ${last}`;

const pushesAndPulls = (condition: string): string => `
  ${count(`operation = 'push' and ${condition}`, "pushes")},
  ${count(`operation = 'pull' and ${condition}`, "pulls")},
  ${span(`operation = 'push' and ${condition}`, "first_pushed_at", "last_pushed_at")},
  ${span(`operation = 'pull' and ${condition}`, "first_pulled_at", "last_pulled_at")}`;

const PUSHES_AND_PULLS = {
  pushes: "sum",
  pulls: "sum",
  first_pushed_at: "min",
  last_pushed_at: "max",
  first_pulled_at: "min",
  last_pulled_at: "max",
} as const;

export const REPOSITORY_STATS: AllTime = {
  key: ["registry", "repository"],
  merge: { ...PUSHES_AND_PULLS, bytes_pushed: "sum", bytes_pulled: "sum" },
  removed: "tallyman.removed_repository_stats",
  recount: (source) => `
    select registry, repository, ${pushesAndPulls(MANIFEST)},
      ${bytes("operation = 'push'", "bytes_pushed")}, ${bytes("operation = 'pull'", "bytes_pulled")}
    from ${source} events group by 1, 2`,
};

export const REPOSITORY_ACTORS: AllTime = {
  key: ["registry", "repository", "actor_name", "actor_type"],
  merge: { pushes: "sum", pulls: "sum", first_seen_at: "min", last_seen_at: "max" },
  removed: "tallyman.removed_repository_actors",
  recount: (source) => `
    select registry, repository,
      coalesce(lowered, lower(actor_name collate "C")) collate "default" as actor_name, actor_type,
      ${count(`operation = 'push' and ${MANIFEST}`, "pushes")},
      ${count(`operation = 'pull' and ${MANIFEST}`, "pulls")},
      min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at
    from ${source} events left join ${LOWERED_NAMES} on name = actor_name
    where actor_name is not null group by 1, 2, 3, 4`,
};

// The latest push is the greatest of its time and digest, both in front of each other as text of one length: no list of
// a tag's pushes need be held. A digest is never '' in tracking_events.
const LATEST_PUSH = `max(
  (to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || coalesce(digest, '')) collate "C"
) filter (where operation = 'push') as latest_push`;

/** Of these columns `tag_stats` makes its own: `latest_push` gives the digest, `last_deleted_at` the deletion. */
export const TAG_STATS: AllTime = {
  key: ["registry", "repository", "tag"],
  merge: { latest_push: "max", ...PUSHES_AND_PULLS, last_deleted_at: "max" },
  removed: "tallyman.removed_tag_stats",
  recount: (source) => `
    select registry, repository, tag, ${LATEST_PUSH}, ${pushesAndPulls("true")},
      max(occurred_at) filter (where operation = 'delete') as last_deleted_at
    from ${source} events
    where tag is not null and operation in ('push', 'pull', 'delete') group by 1, 2, 3`,
};

/** A query of the whole rollup: what the remaining rows tell, merged with what the removed ones told. */
export function wholeOf({ key, merge, removed, recount }: AllTime): string {
  const columns = [...key, ...Object.keys(merge)].join(", ");
  const merged = Object.entries(merge).map(
    ([column, aggregate]) =>
      `${aggregate}(${column})${column === "pushes" || column === "pulls" ? "::bigint" : ""} as ${column}`,
  );
  return `
    select ${[...key, ...merged].join(", ")}
    from (
      select ${columns} from (${recount("tracking_events")}) remaining
      union all select ${columns} from ${removed}
    ) parts group by ${key.join(", ")}`;
}
