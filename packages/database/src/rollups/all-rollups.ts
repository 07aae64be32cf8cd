import { ACTOR_DAY_KEY, ACTOR_DAY_VALUES, actorDaysOf } from "../actor-days/actor-days-of.ts";
import { ACTIONS, metricsOf } from "@tallyman/events";
import { MANIFEST, REPOSITORY_ACTORS, REPOSITORY_STATS, TAG_STATS, wholeOf } from "./all-time.ts";
import type { Rollup } from "./rollup.ts";

// Everything below counts tracking_events once more, by other means than the worker: whole tables instead of batches.

const DAY = "(occurred_at at time zone 'UTC')::date";

const count = (condition: string, name: string): string =>
  `count(*) filter (where ${condition}) as ${name}`;

const bytes = (condition: string, name: string): string =>
  `coalesce(sum(size_bytes) filter (where ${condition}), 0) as ${name}`;

const DAILY = `count(*) as events, ${bytes("operation in ('push', 'pull')", "bytes")},
  ${count("created_repository", "repositories_created")}`;

const PUSHES = count(`operation = 'push' and ${MANIFEST}`, "pushes");

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

/** Every rollup that tracking_events determines; the ledger knows more than they do. */
export const ROLLUPS: readonly Rollup[] = [
  {
    table: "event_rollups",
    key: ["registry", "day", "action"],
    dated: "day",
    values: ["events", "bytes", "repositories_created"],
    wanted: `select registry, ${DAY} as day, action, ${DAILY} from tracking_events group by 1, 2, 3`,
  },
  {
    table: "repository_daily",
    key: ["registry", "repository", "day", "action"],
    dated: "day",
    values: ["events", "bytes", "repositories_created", "pushes"],
    wanted: `select registry, repository, ${DAY} as day, action, ${DAILY}, ${PUSHES}
      from tracking_events group by 1, 2, 3, 4`,
  },
  {
    table: "repository_monthly",
    key: ["registry", "repository", "month"],
    dated: "month",
    values: ["pulls", "pushes", "bytes", "events"],
    wanted: `select registry, repository, date_trunc('month', occurred_at at time zone 'UTC')::date as month,
        ${count(`operation = 'pull' and ${MANIFEST}`, "pulls")}, ${PUSHES},
        ${bytes("operation in ('push', 'pull')", "bytes")}, count(*) as events
      from tracking_events group by 1, 2, 3`,
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
    wanted: wholeOf(REPOSITORY_STATS),
  },
  {
    table: "repository_actors",
    key: ["registry", "repository", "actor_name", "actor_type"],
    nullable: ["actor_type"],
    values: ["pushes", "pulls", "first_seen_at", "last_seen_at"],
    wanted: wholeOf(REPOSITORY_ACTORS),
  },
  {
    table: "tallyman.actor_days",
    key: ACTOR_DAY_KEY,
    dated: "day",
    inParts: true,
    values: ACTOR_DAY_VALUES,
    wanted: actorDaysOf(`(
      select * from tracking_events
      where occurred_at < (select summed_until::timestamp at time zone 'UTC' from tallyman.actor_days_state)
    )`),
    actual: `select ${ACTOR_DAY_KEY.join(", ")}, sum(events)::bigint as events, sum(bytes) as bytes,
        sum(pushes)::bigint as pushes, max(last_seen_at) as last_seen_at
      from tallyman.actor_days
      where day < (select summed_until from tallyman.actor_days_state) group by 1, 2, 3, 4, 5`,
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
    wanted: `select *, nullif(substr(latest_push, 27), '') collate "default" as digest,
        case when last_pushed_at > last_deleted_at then null else last_deleted_at end as deleted_at
      from (${wholeOf(TAG_STATS)}) tags`,
  },
  {
    table: "tallyman.distinct_members",
    key: ["period", "metric", "period_start", "user_id"],
    dated: "period_start",
    values: [],
    wanted: `select distinct period, metric, period_start, user_id from (${MEMBERS}) members`,
  },
  {
    table: "distinct_user_rollups",
    key: ["registry", "metric", "period", "period_start"],
    dated: "period_start",
    values: ["distinct_users"],
    wanted: `select registry, metric::text as metric, period::text as period, period_start,
        count(*) as distinct_users
      from (${MEMBERS}) members group by 1, 2, 3, 4`,
  },
];
