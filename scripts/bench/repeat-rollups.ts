import { IS_SHORT_LIVED, newRepository, newTag, SPAN } from "./repetition.ts";

/** Copied as they are. */
const TABLES = [
  "tracking_events",
  "repository_stats",
  "repository_actors",
  "tag_stats",
  "container_repositories",
  "ledger",
  "rejected_events",
];

/**
 * What the repetitions are made from, in a schema of its own. In a repetition only short-lived repositories are new:
 * elsewhere a first push is one among others.
 */
export const MAKE_SEED = [
  "create schema seed",
  ...TABLES.map((table) => `create unlogged table seed.${table} as select * from ${table}`),
  `update seed.tracking_events set created_repository = false,
     action = case when action <> 'create_repository' then action
       when target_kind = 'blob' then 'push_blob' else 'push_repository' end
   where created_repository and not ${IS_SHORT_LIVED}`,
  `create unlogged table seed.repository_daily as
   select registry, repository, (occurred_at at time zone 'UTC')::date as day, action, count(*) as events,
     coalesce(sum(size_bytes) filter (where operation in ('push', 'pull')), 0) as bytes,
     count(*) filter (where created_repository) as repositories_created,
     count(*) filter (where operation = 'push' and target_kind in ('tag', 'manifest')) as pushes
   from seed.tracking_events
   group by 1, 2, 3, 4`,
  `create unlogged table seed.actor_days as
   select registry, lower(actor_name) as actor_name, (occurred_at at time zone 'UTC')::date as day, repository, action,
     count(*) as events, coalesce(sum(size_bytes) filter (where operation in ('push', 'pull')), 0) as bytes,
     count(*) filter (where operation = 'push' and target_kind in ('tag', 'manifest')) as pushes,
     max(occurred_at) as last_seen_at
   from seed.tracking_events
   where actor_name is not null
   group by 1, 2, 3, 4, 5`,
  `create unlogged table seed.distinct_members as
   select distinct metric::tallyman.metric, (occurred_at at time zone 'UTC')::date as period_start, user_id
   from seed.tracking_events, unnest(array[
     action,
     case when created_repository then 'create_repository' end,
     case when action in ('push_tag', 'delete_tag', 'push_repository', 'create_repository', 'delete_repository')
       then 'any_write' end,
     case when action in ('pull_tag', 'pull_manifest') then 'any_read' end
   ]) as metric
   where user_id is not null and metric is not null`,
  "analyze",
];

/** What the worker would have made of so many repetitions' rows. */
export function rollups(last: number): string[] {
  const copies = `generate_series(1, ${last}) as copy`;
  const earlier = (column: string): string => `${column} = t.${column} - ${last} * ${SPAN}`;
  const more = (column: string): string => `${column} = t.${column} * ${last + 1}`;
  const before = (...columns: string[]): string =>
    columns.map((column) => `${column} - copy * ${SPAN}`).join(", ");
  const day = (column: string): string => `(${column} - copy * ${SPAN})::date`;
  const repository = newRepository("copy");
  const times = ["first_pushed_at", "last_pushed_at", "first_pulled_at", "last_pulled_at"];
  return [
    `insert into repository_daily
     select registry, ${repository}, ${day("day")}, action, sum(events), sum(bytes),
       sum(repositories_created), sum(pushes)
     from seed.repository_daily, ${copies} group by 1, 2, 3, 4 order by 3
     on conflict (registry, repository, day, action) do update
     set events = repository_daily.events + excluded.events,
       bytes = repository_daily.bytes + excluded.bytes,
       repositories_created = repository_daily.repositories_created + excluded.repositories_created,
       pushes = repository_daily.pushes + excluded.pushes`,
    "truncate repository_monthly",
    `insert into repository_monthly
     select registry, repository, date_trunc('month', day)::date,
       coalesce(sum(events) filter (where action in ('pull_tag', 'pull_manifest')), 0), sum(pushes), sum(bytes),
       sum(events)
     from repository_daily group by 1, 2, 3`,
    // Day by day and by name, as the worker sums them up; the latest days are left to the tracking rows. Days that two
    // repetitions share have their rows in two parts.
    `insert into tallyman.actor_days (
       registry, actor_name, day, repository, action, events, bytes, pushes, last_seen_at)
     select registry, actor_name, ${day("day")}, ${repository}, action, events, bytes, pushes,
       ${before("last_seen_at")}
     from seed.actor_days, ${copies}
     where ${day("day")} < (select summed_until from tallyman.actor_days_state)
     order by 3, 1, 2`,
    "truncate event_rollups",
    `insert into event_rollups
     select registry, day, action, sum(events), sum(bytes), sum(repositories_created)
     from repository_daily group by 1, 2, 3`,
    `insert into ledger
     select registry, ${day("day")}, sum(received), sum(tracked), sum(duplicates), sum(rejected)
     from seed.ledger, ${copies} group by 1, 2
     on conflict (registry, day) do update
     set ${["received", "tracked", "duplicates", "rejected"]
       .map((column) => `${column} = ledger.${column} + excluded.${column}`)
       .join(", ")}`,
    // Their numbers rise with time. Of the older half somebody has discarded every third.
    "truncate rejected_events restart identity",
    `insert into rejected_events (registry, received_at, reason, detail, event_id, payload, discarded_at)
     select registry, ${before("received_at")}, reason, detail, event_id || '-' || copy,
       case when is_discarded then '' else payload end,
       case when is_discarded then ${before("received_at")} + interval '1 day' end
     from seed.rejected_events, generate_series(0, ${last}) as copy,
       lateral (select copy > ${last} / 2 and id % 3 = 0 as is_discarded) fate
     order by copy desc, id`,
    `insert into tallyman.event_keys
     select md5('rejected ' || copy || ' ' || id)::uuid, ${day("received_at")}
     from seed.rejected_events, ${copies}`,
    `insert into tag_stats
     select registry, ${repository}, ${newTag("copy")}, digest, pushes, pulls,
       ${before(...times, "deleted_at")}
     from seed.tag_stats, ${copies} where tag like 'v%'`,
    `update tag_stats t set ${["pushes", "pulls"].map(more).join(", ")},
       ${["first_pushed_at", "first_pulled_at"].map(earlier).join(", ")}
     where tag not like 'v%'`,
    `update repository_stats t set
       ${["pushes", "pulls", "bytes_pushed", "bytes_pulled"].map(more).join(", ")},
       ${["first_pushed_at", "first_pulled_at"].map(earlier).join(", ")}
     where not ${IS_SHORT_LIVED}`,
    `update repository_actors t set ${["pushes", "pulls"].map(more).join(", ")},
       ${earlier("first_seen_at")}
     where not ${IS_SHORT_LIVED}`,
    `insert into repository_stats
     select registry, ${repository}, pushes, pulls, ${before(...times)}, bytes_pushed, bytes_pulled
     from seed.repository_stats, ${copies} where ${IS_SHORT_LIVED}`,
    `insert into repository_actors
     select registry, ${repository}, actor_name, actor_type, pushes, pulls,
       ${before("first_seen_at", "last_seen_at")}
     from seed.repository_actors, ${copies} where ${IS_SHORT_LIVED}`,
    `insert into container_repositories
     select registry, ${repository}, origin, ${before("created_at", "deleted_at")}
     from (select *, path as repository from seed.container_repositories) seed, ${copies}
     where ${IS_SHORT_LIVED}`,
    `insert into tallyman.distinct_members
     select metric, 'day', ${day("period_start")}, user_id from seed.distinct_members, ${copies}
     order by copy desc
     on conflict do nothing`,
    `insert into tallyman.distinct_members
     select distinct m.metric, longer::tallyman.period, date_trunc(longer, m.period_start)::date, m.user_id
     from tallyman.distinct_members m, unnest(array['week', 'month']) as longer
     where m.period = 'day'
     on conflict do nothing`,
    "truncate distinct_user_rollups",
    `insert into distinct_user_rollups
     select u.registry, m.metric::text, m.period::text, m.period_start, count(*)
     from tallyman.distinct_members m join users u on u.id = m.user_id
     group by 1, 2, 3, 4`,
  ];
}
