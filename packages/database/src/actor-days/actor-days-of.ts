/** The columns of `tallyman.actor_days`, in the order of `actorDaysOf`. */
export const ACTOR_DAY_KEY = ["registry", "actor_name", "day", "repository", "action"] as const;
export const ACTOR_DAY_VALUES = ["events", "bytes", "pushes", "last_seen_at"] as const;

/** The columns in SQL, to insert `actorDaysOf` into. */
export const ACTOR_DAYS = `tallyman.actor_days (${[...ACTOR_DAY_KEY, ...ACTOR_DAY_VALUES].join(", ")})`;

/** Columns of tracking rows that `actorDaysOf` reads, as an object's fields. */
export const ACTOR_DAY_FIELDS = [
  "registry",
  "actorName",
  "occurredAt",
  "repository",
  "action",
  "operation",
  "targetKind",
  "sizeBytes",
] as const;

/**
 * SQL of what actors did by day. Names are put into lower case by Postgres, as in the index by which the newest days are
 * found.
 *
 * @param source tracking rows: a table, or a subquery in parentheses, without an alias
 */
export function actorDaysOf(source: string): string {
  return `
  select registry, lower(actor_name) as actor_name, (occurred_at at time zone 'UTC')::date as day, repository, action,
    count(*) as events, coalesce(sum(size_bytes) filter (where operation in ('push', 'pull')), 0) as bytes,
    count(*) filter (where operation = 'push' and target_kind in ('tag', 'manifest')) as pushes,
    max(occurred_at) as last_seen_at
  from ${source} events
  where actor_name is not null
  group by 1, 2, 3, 4, 5`;
}
