import { ACTIONS, metricsOf } from "@tallyman/events";
import { LOWERED_NAMES } from "./lowered-names.ts";
import type { Rollup } from "./rollup.ts";

// Everything below counts tracking_events once more, by other means than the worker: whole tables instead of batches.

const DAY = "(occurred_at at time zone 'UTC')::date";

/** Tags and manifests; layers are neither pushes nor pulls. */
const MANIFEST = "target_kind in ('tag', 'manifest')";

const count = (condition: string, name: string): string =>
  `count(*) filter (where ${condition}) as ${name}`;

const bytes = (condition: string, name: string): string =>
  `coalesce(sum(size_bytes) filter (where ${condition}), 0) as ${name}`;

const span = (condition: string, first: string, last: string): string =>
  `min(occurred_at) filter (where ${condition}) as ${first}, max(occurred_at) filter (where ${condition}) as ${last}`;

const DAILY = `count(*) as events, ${bytes("operation in ('push', 'pull')", "bytes")},
  ${count("created_repository", "repositories_created")}`;

const pushesAndPulls = (condition: string): string => `
  ${count(`operation = 'push' and ${condition}`, "pushes")},
  ${count(`operation = 'pull' and ${condition}`, "pulls")},
  ${span(`operation = 'push' and ${condition}`, "first_pushed_at", "last_pushed_at")},
  ${span(`operation = 'pull' and ${condition}`, "first_pulled_at", "last_pulled_at")}`;

/** Which metrics an action counts in, as rows. */
const METRICS = ACTIONS.flatMap((action) =>
  [false, true].flatMap((created) =>
    metricsOf(action, created).map((metric) => `('${action}', ${created}, '${metric}')`),
  ),
).join(", ");

const MEMBERS = `
  select distinct registry, metric::tallyman.metric as metric, period::tallyman.period as period, period_start, user_id
  from (
    select distinct registry, user_id, ${DAY} as day, action, created_repository
    from tracking_events where user_id is not null
  ) done
  join (values ${METRICS}) as m (action, created_repository, metric) using (action, created_repository)
  cross join lateral (values
    ('day', day),
    ('week', date_trunc('week', day::timestamp)::date),
    ('month', date_trunc('month', day::timestamp)::date)
  ) as p (period, period_start)`;

// The latest push is the greatest of its time and digest, both in front of each other as text of one length: no list of
// a tag's pushes need be held. A digest is never '' in tracking_events.
const LATEST_DIGEST = `nullif(substr(max(
  (to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || coalesce(digest, '')) collate "C"
) filter (where operation = 'push'), 27), '') collate "default"`;

/** Every rollup that tracking_events determines; the ledger knows more than they do. */
export const ROLLUPS: readonly Rollup[] = [
  {
    table: "event_rollups",
    key: ["registry", "day", "action"],
    values: ["events", "bytes", "repositories_created"],
    wanted: `select registry, ${DAY} as day, action, ${DAILY} from tracking_events group by 1, 2, 3`,
  },
  {
    table: "repository_daily",
    key: ["registry", "repository", "day", "action"],
    values: ["events", "bytes", "repositories_created"],
    wanted: `select registry, repository, ${DAY} as day, action, ${DAILY}
      from tracking_events group by 1, 2, 3, 4`,
  },
  {
    table: "repository_stats",
    key: ["registry", "repository"],
    values: [
      "pushes",
      "pulls",
      "first_pushed_at",
      "last_pushed_at",
      "first_pulled_at",
      "last_pulled_at",
      "bytes_pushed",
      "bytes_pulled",
    ],
    wanted: `select registry, repository, ${pushesAndPulls(MANIFEST)},
      ${bytes("operation = 'push'", "bytes_pushed")}, ${bytes("operation = 'pull'", "bytes_pulled")}
      from tracking_events group by 1, 2`,
  },
  {
    table: "repository_actors",
    key: ["registry", "repository", "actor_name", "actor_type"],
    nullable: ["actor_type"],
    values: ["pushes", "pulls", "first_seen_at", "last_seen_at"],
    wanted: `select registry, repository,
        coalesce(lowered, lower(actor_name collate "C")) collate "default" as actor_name, actor_type,
        ${count(`operation = 'push' and ${MANIFEST}`, "pushes")},
        ${count(`operation = 'pull' and ${MANIFEST}`, "pulls")},
        min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at
      from tracking_events left join ${LOWERED_NAMES} on name = actor_name
      where actor_name is not null group by 1, 2, 3, 4`,
  },
  {
    table: "tag_stats",
    key: ["registry", "repository", "tag"],
    values: [
      "digest",
      "pushes",
      "pulls",
      "first_pushed_at",
      "last_pushed_at",
      "first_pulled_at",
      "last_pulled_at",
      "deleted_at",
    ],
    wanted: `select *, case when last_pushed_at > last_deleted_at then null else last_deleted_at end as deleted_at
      from (
        select registry, repository, tag, ${LATEST_DIGEST} as digest, ${pushesAndPulls("true")},
          max(occurred_at) filter (where operation = 'delete') as last_deleted_at
        from tracking_events where tag is not null and operation in ('push', 'pull', 'delete') group by 1, 2, 3
      ) tags`,
  },
  {
    table: "tallyman.distinct_members",
    key: ["period", "metric", "period_start", "user_id"],
    values: [],
    wanted: `select distinct period, metric, period_start, user_id from (${MEMBERS}) members`,
  },
  {
    table: "distinct_user_rollups",
    key: ["registry", "metric", "period", "period_start"],
    values: ["distinct_users"],
    wanted: `select registry, metric::text as metric, period::text as period, period_start,
        count(*) as distinct_users
      from (${MEMBERS}) members group by 1, 2, 3, 4`,
  },
];
