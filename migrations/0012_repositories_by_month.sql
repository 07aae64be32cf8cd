-- The repositories used most in any period, without looking at tracking rows: what was pushed is counted by day like
-- everything else, and whole months are added up once.

-- A creation can be the push of a manifest or of a layer, so that actions alone do not tell how many pushes there were.
alter table repository_daily add column pushes bigint not null default 0;
comment on column repository_daily.pushes is 'Number of these events that pushed a manifest, tagged or not.';

update repository_daily set pushes = events where action = 'push_tag';

-- Tracking rows that retention has removed are not asked any more: what is no creation counts as a push of a manifest
-- there, as it did until now.
update repository_daily
set pushes = events
from (select max(older_than) as horizon from removals where kind = 'tracking_events') removed
where action = 'push_repository' and day < horizon;

update repository_daily d
set pushes = counted.pushes
from (
  select registry, repository, (occurred_at at time zone 'UTC')::date as day, action, count(*) as pushes
  from tracking_events
  where action in ('push_repository', 'create_repository') and target_kind = 'manifest'
  group by 1, 2, 3, 4
) counted
where (d.registry, d.repository, d.day, d.action)
  = (counted.registry, counted.repository, counted.day, counted.action)
  and d.day >= (select coalesce(max(older_than), '-infinity') from removals where kind = 'tracking_events');

create table repository_monthly (
  registry   text    not null,
  repository text    not null,
  month      date    not null,
  pulls      bigint  not null,
  pushes     bigint  not null,
  bytes      numeric not null,
  events     bigint  not null,
  primary key (registry, repository, month)
) with (fillfactor = 70);
comment on table repository_monthly is 'What happened in each repository in each month. For other periods: whole months from here, the days before and after them from repository_daily.';
comment on column repository_monthly.registry is 'Label of the registry.';
comment on column repository_monthly.repository is 'Path of the repository.';
comment on column repository_monthly.month is 'First UTC day of the calendar month of event time.';
comment on column repository_monthly.pulls is 'Manifest downloads; HEAD checks and layers do not count.';
comment on column repository_monthly.pushes is 'Manifest pushes, tagged or not; layers do not count.';
comment on column repository_monthly.bytes is 'Bytes of pushes and pulls, layers included.';
comment on column repository_monthly.events is 'Number of events of any kind.';

insert into repository_monthly (registry, repository, month, pulls, pushes, bytes, events)
select registry, repository, date_trunc('month', day::timestamp)::date,
  coalesce(sum(events) filter (where action in ('pull_tag', 'pull_manifest')), 0), sum(pushes), sum(bytes), sum(events)
from repository_daily
group by 1, 2, 3;
