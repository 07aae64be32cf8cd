-- Views for analysts: the questions of every week, answered from rollups, so that they are as fast with ten million
-- tracking rows as with ten.

create view weekly_active_users as
select
  registry,
  period_start as week,
  coalesce(max(distinct_users) filter (where metric = 'any_read'), 0) as readers,
  coalesce(max(distinct_users) filter (where metric = 'any_write'), 0) as writers,
  coalesce(max(distinct_users) filter (where metric = 'push_tag'), 0) as tag_pushers,
  coalesce(max(distinct_users) filter (where metric = 'delete_tag'), 0) as tag_deleters,
  coalesce(max(distinct_users) filter (where metric = 'create_repository'), 0) as repository_creators,
  period_start + 7 <= (now() at time zone 'UTC')::date as is_complete
from distinct_user_rollups
where period = 'week'
  and metric in ('any_read', 'any_write', 'push_tag', 'delete_tag', 'create_repository')
group by registry, period_start;
comment on view weekly_active_users is 'Exact number of different users per registry and ISO week, by what they did. A week in which nobody did any of it has no row. A user who reads and writes is in both columns, so columns must not be added up; registries may.';
comment on column weekly_active_users.registry is 'Label of the registry.';
comment on column weekly_active_users.week is 'Monday of the ISO week (UTC).';
comment on column weekly_active_users.readers is 'Users who pulled a tag or a manifest (metric any_read).';
comment on column weekly_active_users.writers is 'Users who pushed or deleted tags, pushed manifests, created or deleted repositories (metric any_write).';
comment on column weekly_active_users.tag_pushers is 'Users who pushed a tag.';
comment on column weekly_active_users.tag_deleters is 'Users who deleted a tag.';
comment on column weekly_active_users.repository_creators is 'Users whose push or mount created a repository.';
comment on column weekly_active_users.is_complete is 'Whether the week is over; late events can still raise its numbers.';

create view monthly_active_users as
select
  registry,
  period_start as month,
  coalesce(max(distinct_users) filter (where metric = 'any_read'), 0) as readers,
  coalesce(max(distinct_users) filter (where metric = 'any_write'), 0) as writers,
  coalesce(max(distinct_users) filter (where metric = 'push_tag'), 0) as tag_pushers,
  coalesce(max(distinct_users) filter (where metric = 'delete_tag'), 0) as tag_deleters,
  coalesce(max(distinct_users) filter (where metric = 'create_repository'), 0) as repository_creators,
  (period_start + interval '1 month')::date <= (now() at time zone 'UTC')::date as is_complete
from distinct_user_rollups
where period = 'month'
  and metric in ('any_read', 'any_write', 'push_tag', 'delete_tag', 'create_repository')
group by registry, period_start;
comment on view monthly_active_users is 'The same as weekly_active_users per calendar month. Months are exact sets of their own: they are not sums of weeks.';
comment on column monthly_active_users.registry is 'Label of the registry.';
comment on column monthly_active_users.month is 'First day of the calendar month (UTC).';
comment on column monthly_active_users.readers is 'Users who pulled a tag or a manifest (metric any_read).';
comment on column monthly_active_users.writers is 'Users who pushed or deleted tags, pushed manifests, created or deleted repositories (metric any_write).';
comment on column monthly_active_users.tag_pushers is 'Users who pushed a tag.';
comment on column monthly_active_users.tag_deleters is 'Users who deleted a tag.';
comment on column monthly_active_users.repository_creators is 'Users whose push or mount created a repository.';
comment on column monthly_active_users.is_complete is 'Whether the month is over; late events can still raise its numbers.';

create view daily_activity as
select
  registry,
  day,
  sum(events)::bigint as events,
  coalesce(sum(events) filter (where action in ('pull_tag', 'pull_manifest')), 0)::bigint as pulls,
  coalesce(sum(events) filter (where action in ('head_tag', 'head_manifest')), 0)::bigint as head_checks,
  coalesce(sum(events) filter (where action = 'push_tag'), 0)::bigint as tag_pushes,
  coalesce(sum(events) filter (where action = 'delete_tag'), 0)::bigint as tag_deletes,
  sum(repositories_created)::bigint as repositories_created,
  coalesce(sum(bytes) filter (where action like 'push\_%' or action = 'create_repository'), 0) as bytes_pushed,
  coalesce(sum(bytes) filter (where action like 'pull\_%'), 0) as bytes_pulled
from event_rollups
group by registry, day;
comment on view daily_activity is 'One row per registry and UTC day on which anything happened: the columns that people chart. Every number may be added up over days and registries.';
comment on column daily_activity.registry is 'Label of the registry.';
comment on column daily_activity.day is 'UTC day of event time.';
comment on column daily_activity.events is 'Tracked events of every kind.';
comment on column daily_activity.pulls is 'Manifest downloads (GET), by tag or digest; layers and HEAD checks do not count.';
comment on column daily_activity.head_checks is 'HEAD checks of a manifest, by tag or digest: somebody looked whether it is there or has changed.';
comment on column daily_activity.tag_pushes is 'Pushes of a tag.';
comment on column daily_activity.tag_deletes is 'Deletions of a tag.';
comment on column daily_activity.repositories_created is 'Repositories that were created.';
comment on column daily_activity.bytes_pushed is 'Bytes of all pushes, layers included.';
comment on column daily_activity.bytes_pulled is 'Bytes of all pulls, layers included.';

create view repository_growth as
with changes as (
  select registry, (created_at at time zone 'UTC')::date as day, 1 as created, 0 as deleted
  from container_repositories where created_at is not null
  union all
  select registry, (deleted_at at time zone 'UTC')::date, 0, 1
  from container_repositories where deleted_at is not null
), days as (
  select registry, day, sum(created) as created, sum(deleted) as deleted
  from changes group by registry, day
), imported as (
  select registry, count(*) as repositories
  from container_repositories where created_at is null group by registry
)
select
  d.registry,
  d.day,
  d.created,
  d.deleted,
  (coalesce(i.repositories, 0)
    + sum(d.created - d.deleted) over (partition by d.registry order by d.day))::bigint as open_repositories
from days d
left join imported i using (registry);
comment on view repository_growth is 'How many repositories came, went and are there, per registry and UTC day on which that changed. A repository that was deleted and created again is here with its last creation only, so that the columns always balance; daily_activity counts every creation. For weeks add created and deleted up and take the last open_repositories.';
comment on column repository_growth.registry is 'Label of the registry.';
comment on column repository_growth.day is 'UTC day of event time.';
comment on column repository_growth.created is 'Repositories created on the day.';
comment on column repository_growth.deleted is 'Repositories deleted on the day and not created again since.';
comment on column repository_growth.open_repositories is 'Repositories that are there at the end of the day. Imported ones, whose creation nobody knows, are there from the beginning.';

create view stale_tags as
select
  t.registry,
  t.repository,
  t.tag,
  t.digest,
  t.pushes,
  t.pulls,
  t.last_pushed_at,
  t.last_pulled_at,
  t.last_pulled_at is null as never_pulled,
  extract(day from now() - t.last_pushed_at)::integer as days_since_push,
  extract(day from now() - t.last_pulled_at)::integer as days_since_pull,
  extract(day from now() - greatest(t.last_pushed_at, t.last_pulled_at))::integer as idle_days
from tag_stats t
where t.deleted_at is null
  and greatest(t.last_pushed_at, t.last_pulled_at) <= now() - interval '30 days'
  and not exists (
    select from container_repositories c
    where c.registry = t.registry and c.path = t.repository and c.deleted_at is not null
  );
comment on view stale_tags is 'Tags that are there and that nobody has pushed or pulled for 30 days or more; ask for longer with idle_days. A pull by digest names no tag: before deleting anything, look for pulls of the digest too (the question about tags that nobody has pulled shows how).';
comment on column stale_tags.registry is 'Label of the registry.';
comment on column stale_tags.repository is 'Path of the repository.';
comment on column stale_tags.tag is 'Tag.';
comment on column stale_tags.digest is 'Digest that the tag points to; null when it was never pushed while Tallyman watched.';
comment on column stale_tags.pushes is 'Pushes of the tag, ever.';
comment on column stale_tags.pulls is 'Downloads by this tag, ever; HEAD checks do not count.';
comment on column stale_tags.last_pushed_at is 'Latest push by event time; null when never.';
comment on column stale_tags.last_pulled_at is 'Latest pull by event time; null when never.';
comment on column stale_tags.never_pulled is 'Whether nobody has ever pulled it by this tag.';
comment on column stale_tags.days_since_push is 'Whole days (24 h) since the latest push; null when never.';
comment on column stale_tags.days_since_pull is 'Whole days (24 h) since the latest pull; null when never.';
comment on column stale_tags.idle_days is 'Whole days (24 h) since the latest push or pull, 30 or more.';

create view top_pullers as
select
  registry,
  actor_name,
  actor_type,
  rank() over (partition by registry order by sum(pulls) desc) as rank,
  sum(pulls)::bigint as pulls,
  sum(pushes)::bigint as pushes,
  count(*) filter (where pulls > 0) as repositories_pulled,
  min(first_seen_at) as first_seen_at,
  max(last_seen_at) as last_seen_at
from repository_actors
group by registry, actor_name, actor_type
having sum(pulls) > 0;
comment on view top_pullers is 'Everybody who ever pulled, per registry, deploy tokens and unknown types included, anonymous pulls not. The top ten: where rank <= 10.';
comment on column top_pullers.registry is 'Label of the registry.';
comment on column top_pullers.actor_name is 'Name in lower case.';
comment on column top_pullers.actor_type is 'The sender''s user_type; null when not sent. The same name with two types is two rows.';
comment on column top_pullers.rank is 'Place within the registry by pulls, 1 for the most; the same number of pulls shares a place.';
comment on column top_pullers.pulls is 'Manifest downloads (GET), by tag or digest.';
comment on column top_pullers.pushes is 'Manifest pushes.';
comment on column top_pullers.repositories_pulled is 'Number of different repositories pulled from.';
comment on column top_pullers.first_seen_at is 'Earliest event of any kind, by event time.';
comment on column top_pullers.last_seen_at is 'Latest event of any kind, by event time.';

create view ledger_balance as
select
  registry,
  day,
  received,
  tracked,
  duplicates,
  rejected,
  received - tracked - duplicates - rejected as difference,
  received = tracked + duplicates + rejected as balanced,
  round(100.0 * duplicates / nullif(received, 0), 2) as duplicates_percent,
  round(100.0 * rejected / nullif(received, 0), 2) as rejected_percent
from ledger;
comment on view ledger_balance is 'The ledger with its proof: received = tracked + duplicates + rejected, per registry and day of receipt.';
comment on column ledger_balance.registry is 'Label of the registry.';
comment on column ledger_balance.day is 'UTC day on which ingest received the events.';
comment on column ledger_balance.received is 'Events of acknowledged requests that the worker has dealt with.';
comment on column ledger_balance.tracked is 'Of these, events with a row in tracking_events.';
comment on column ledger_balance.duplicates is 'Of these, repetitions of an event that is tracked or rejected already.';
comment on column ledger_balance.rejected is 'Of these, events with a row in rejected_events that were not replayed.';
comment on column ledger_balance.difference is 'received - tracked - duplicates - rejected: 0, always.';
comment on column ledger_balance.balanced is 'Whether the difference is 0.';
comment on column ledger_balance.duplicates_percent is 'Duplicates of 100 received events; null on a day without any. A few are normal, many tell of answers that come too late for the registry.';
comment on column ledger_balance.rejected_percent is 'Rejected of 100 received events; null on a day without any.';

create view registry_summary as
with registries as (
  select registry from ledger union select registry from container_repositories
), entries as (
  select registry, sum(received)::bigint as received, sum(tracked)::bigint as tracked,
    sum(duplicates)::bigint as duplicates, sum(rejected)::bigint as rejected, max(day) as last_day
  from ledger group by registry
), counted as (
  select registry, sum(events)::bigint as events from event_rollups group by registry
), repositories as (
  select registry, count(*) as open from container_repositories where deleted_at is null group by registry
), tags as (
  select registry, count(*) as live from tag_stats where deleted_at is null group by registry
), bytes as (
  select registry, sum(bytes_pushed) as pushed, sum(bytes_pulled) as pulled
  from repository_stats group by registry
)
select
  r.registry,
  coalesce(e.received, 0) as received,
  coalesce(e.tracked, 0) as tracked,
  coalesce(e.duplicates, 0) as duplicates,
  coalesce(e.rejected, 0) as rejected,
  coalesce(c.events, 0) as counted,
  coalesce(e.tracked, 0) = coalesce(c.events, 0) as balanced,
  coalesce(o.open, 0) as open_repositories,
  coalesce(t.live, 0) as live_tags,
  coalesce(b.pushed, 0) as bytes_pushed,
  coalesce(b.pulled, 0) as bytes_pulled,
  e.last_day
from registries r
left join entries e using (registry)
left join counted c using (registry)
left join repositories o using (registry)
left join tags t using (registry)
left join bytes b using (registry);
comment on view registry_summary is 'One row per registry that sent anything or was imported: all-time totals, and whether two books that are kept apart agree.';
comment on column registry_summary.registry is 'Label of the registry.';
comment on column registry_summary.received is 'Events received, ever.';
comment on column registry_summary.tracked is 'Of these, tracked, as the ledger says.';
comment on column registry_summary.duplicates is 'Of these, duplicates.';
comment on column registry_summary.rejected is 'Of these, rejected and not replayed.';
comment on column registry_summary.counted is 'Events in event_rollups, all days and actions added up.';
comment on column registry_summary.balanced is 'Whether what the ledger calls tracked equals what event_rollups has counted.';
comment on column registry_summary.open_repositories is 'Repositories that are there.';
comment on column registry_summary.live_tags is 'Tags that were pushed or pulled and not deleted since.';
comment on column registry_summary.bytes_pushed is 'Bytes of all pushes, layers included.';
comment on column registry_summary.bytes_pulled is 'Bytes of all pulls, layers included.';
comment on column registry_summary.last_day is 'Last UTC day on which anything was received; null when nothing was.';

create view rejected_by_reason as
select
  registry,
  reason,
  count(*) filter (where replayed_at is null and discarded_at is null) as open,
  count(*) filter (where replayed_at is not null) as replayed,
  count(*) filter (where discarded_at is not null) as discarded,
  min(received_at) as first_received_at,
  max(received_at) as last_received_at
from rejected_events
group by registry, reason;
comment on view rejected_by_reason is 'Rejected events per registry and reason, and what became of them. Look at open ones with tallyman rejected list.';
comment on column rejected_by_reason.registry is 'Label of the registry.';
comment on column rejected_by_reason.reason is 'Why, for programs, for example action_unknown.';
comment on column rejected_by_reason.open is 'Events that wait for a replay or to be discarded.';
comment on column rejected_by_reason.replayed is 'Events that were replayed and counted.';
comment on column rejected_by_reason.discarded is 'Events that were given up.';
comment on column rejected_by_reason.first_received_at is 'When the first of them was received.';
comment on column rejected_by_reason.last_received_at is 'When the last of them was received.';

-- What is kept of people has changed (docs/privacy.md).
comment on table rejected_events is 'Events that could not be counted, kept as they were sent but for addresses of clients. Nothing is dropped silently.';
comment on column rejected_events.event_id is 'The sender''s id of the event when it was usable, otherwise content:<hash>; null for a whole body.';
comment on column rejected_events.payload is 'The event''s JSON text as received (payload::json where Postgres can read it), without the client''s address, and with names as ACTOR_NAMES says; empty once it was discarded.';
comment on column tracking_events.actor_name is 'Who did it, spelled as sent, or a pseudonym (p_ and 32 hex digits, with ACTOR_NAMES=pseudonym); null when anonymous, and for everybody with ACTOR_NAMES=off.';
