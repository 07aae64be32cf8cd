import type pg from "pg";

/** Every rollup counted again from the tracking rows, in the columns of its table. */
const TAGGED = `from tracking_events where tag is not null and operation in ('push', 'pull', 'delete')`;
const MANIFEST = "target_kind in ('tag', 'manifest')";
const PUSH = `operation = 'push' and ${MANIFEST}`;
const PULL = `operation = 'pull' and ${MANIFEST}`;
const DAY = "(occurred_at at time zone 'UTC')::date";
const MOVED = "sum(coalesce(size_bytes, 0)) filter (where operation in ('push', 'pull'))";
const SPANS = `min(occurred_at) filter (where ${PUSH}) as first_pushed_at,
  max(occurred_at) filter (where ${PUSH}) as last_pushed_at,
  min(occurred_at) filter (where ${PULL}) as first_pulled_at,
  max(occurred_at) filter (where ${PULL}) as last_pulled_at`;
const COUNTS = `count(*) filter (where ${PUSH}) as pushes, count(*) filter (where ${PULL}) as pulls`;

const RECOUNTS: readonly {
  readonly table: string;
  readonly columns: string;
  readonly sql: string;
  /** Where its rows are parts that have to be added up. */
  readonly added?: string;
}[] = [
  {
    table: "event_rollups",
    columns: "registry, day, action, events, bytes, repositories_created",
    sql: `select registry, ${DAY}, action, count(*), coalesce(${MOVED}, 0), count(*) filter (where created_repository)
        from tracking_events group by 1, 2, 3`,
  },
  {
    table: "repository_daily",
    columns: "registry, repository, day, action, events, bytes, repositories_created, pushes",
    sql: `select registry, repository, ${DAY}, action, count(*), coalesce(${MOVED}, 0),
        count(*) filter (where created_repository), count(*) filter (where ${PUSH})
        from tracking_events group by 1, 2, 3, 4`,
  },
  {
    table: "repository_monthly",
    columns: "registry, repository, month, pushes, pulls, bytes, events",
    sql: `select registry, repository, date_trunc('month', occurred_at at time zone 'UTC')::date, ${COUNTS},
        coalesce(${MOVED}, 0), count(*) from tracking_events group by 1, 2, 3`,
  },
  {
    table: "repository_stats",
    columns: `registry, repository, pushes, pulls, first_pushed_at, last_pushed_at, first_pulled_at, last_pulled_at,
        bytes_pushed, bytes_pulled`,
    sql: `select registry, repository, ${COUNTS}, ${SPANS},
        coalesce(sum(size_bytes) filter (where operation = 'push'), 0),
        coalesce(sum(size_bytes) filter (where operation = 'pull'), 0) from tracking_events group by 1, 2`,
  },
  {
    table: "repository_actors",
    columns:
      "registry, repository, actor_name, actor_type, pushes, pulls, first_seen_at, last_seen_at",
    sql: `select registry, repository, lower(actor_name), actor_type, ${COUNTS}, min(occurred_at), max(occurred_at)
        from tracking_events where actor_name is not null group by 1, 2, 3, 4`,
  },
  {
    table: "actor_daily",
    columns: "registry, actor_name, day, repository, action, events, bytes, pushes, last_seen_at",
    added: `(select registry, actor_name, day, repository, action, sum(events) as events, sum(bytes) as bytes,
        sum(pushes) as pushes, max(last_seen_at) as last_seen_at from actor_daily group by 1, 2, 3, 4, 5) parts`,
    sql: `select registry, lower(actor_name), ${DAY}, repository, action, count(*), coalesce(${MOVED}, 0),
        count(*) filter (where ${PUSH}), max(occurred_at)
        from tracking_events where actor_name is not null group by 1, 2, 3, 4, 5`,
  },
  {
    table: "tag_stats",
    columns:
      "registry, repository, tag, pushes, pulls, first_pushed_at, last_pushed_at, digest, deleted_at",
    sql: `select registry, repository, tag, pushes, pulls, first_pushed_at, last_pushed_at, digest,
          case when deleted >= last_pushed_at or last_pushed_at is null then deleted end
        from (select registry, repository, tag, ${COUNTS}, ${SPANS},
          max(occurred_at) filter (where operation = 'delete') as deleted,
          (array_agg(digest order by occurred_at desc, digest collate "C" desc nulls last)
            filter (where operation = 'push'))[1] as digest
          ${TAGGED} group by 1, 2, 3) t`,
  },
  {
    table: "distinct_user_rollups",
    columns: "registry, metric, period, period_start, distinct_users",
    sql: `select registry, metric, period, date_trunc(period, occurred_at at time zone 'UTC')::date, count(distinct user_id)
        from tracking_events,
          unnest(array['day', 'week', 'month']) period,
          unnest(array[action,
            case when created_repository then 'create_repository' end,
            case when action in ('push_tag', 'delete_tag', 'push_repository', 'create_repository', 'delete_repository')
              then 'any_write' end,
            case when action in ('pull_tag', 'pull_manifest') then 'any_read' end]) metric
        where user_id is not null and metric is not null group by 1, 2, 3, 4`,
  },
  {
    table: "ledger",
    columns: "registry, day, tracked, rejected",
    sql: `select registry, (received_at at time zone 'UTC')::date, count(*) filter (where tracked),
          count(*) filter (where not tracked)
        from (select registry, received_at, true as tracked from tracking_events
          union all select registry, received_at, false from rejected_events where replayed_at is null) r group by 1, 2`,
  },
];

/** @returns for each rollup that differs from a recount of the tracking rows, how many of its rows do */
export async function recount(pool: pg.Pool): Promise<string[]> {
  const faults: string[] = [];
  for (const { table, columns, sql, added = table } of RECOUNTS) {
    const { rows } = await pool.query<{ wrong: number }>(
      `with stored as (select ${columns} from ${added}), counted (${columns}) as (${sql})
       select count(*)::int as wrong from (
         (select * from stored except select * from counted)
         union all (select * from counted except select * from stored)) different`,
    );
    const wrong = rows[0]?.wrong ?? 0;
    if (wrong > 0) faults.push(`R ${table}: ${wrong} rows differ from a recount`);
  }
  return faults;
}
