-- What each actor did per day, so that years of somebody busy are answered from sums. Adding to such rows with every
-- batch would be among the largest costs of counting: there are nearly as many as events. So days are summed up once, some
-- days after they ended (packages/database/src/actor-days), and what comes later is added by the batch that counts it.

create table tallyman.actor_days (
  last_seen_at timestamptz not null,
  events       bigint      not null,
  pushes       bigint      not null,
  day          date        not null,
  registry     text        not null,
  actor_name   text        not null,
  repository   text        not null,
  action       text        not null,
  bytes        numeric     not null
);
create index actor_days_actor_idx on tallyman.actor_days (registry, actor_name, day);
-- Days are summed up in their order.
create index actor_days_day_idx on tallyman.actor_days using brin (day) with (autosummarize = on);
comment on table tallyman.actor_days is 'What actors did on the days that are summed up. Several rows may have one key: what came late is added as rows of its own. Read the view actor_daily.';

create table tallyman.actor_days_state (
  only_row     boolean primary key default true check (only_row),
  summed_until date not null default '-infinity',
  added_until  date not null default '-infinity'
);
insert into tallyman.actor_days_state default values;
comment on table tallyman.actor_days_state is 'Which days actor_days has. One row.';
comment on column tallyman.actor_days_state.only_row is 'Always true.';
comment on column tallyman.actor_days_state.summed_until is 'UTC day before which all days are in actor_days.';
comment on column tallyman.actor_days_state.added_until is 'UTC day before which batches add their events to actor_days; later than summed_until while days are being summed up, or when that was interrupted.';

create function tallyman.enter_batch(out epoch bigint, out added_until date)
language plpgsql
as $$
begin
  epoch := tallyman.enter_member_epoch();
  -- A statement of its own, so that it sees what was committed while the lock was awaited.
  select s.added_until into enter_batch.added_until from tallyman.actor_days_state s;
end
$$;
comment on function tallyman.enter_batch() is
  'Called first in every batch: the epoch, and the day before which events are to be added to actor_days.';

create function tallyman.forget_unread_actor_days() returns void
language sql
-- Workers may not delete.
security definer
set search_path = pg_catalog, pg_temp
as $$
  delete from tallyman.actor_days where day >= (select summed_until from tallyman.actor_days_state)
$$;
comment on function tallyman.forget_unread_actor_days() is
  'Removes what batches have added to days whose sums nobody reads yet, before these days are summed up anew.';
revoke all on function tallyman.forget_unread_actor_days() from public;

create view actor_daily as
  select registry, actor_name, day, repository, action, events, bytes, pushes, last_seen_at
  from tallyman.actor_days
  where day < (select summed_until from tallyman.actor_days_state)
  union all
  select registry, lower(actor_name), (occurred_at at time zone 'UTC')::date, repository, action, 1,
    case when operation in ('push', 'pull') then coalesce(size_bytes, 0) else 0 end,
    case when operation = 'push' and target_kind in ('tag', 'manifest') then 1 else 0 end, occurred_at
  from tracking_events
  where actor_name is not null
    and occurred_at >= (select summed_until::timestamp at time zone 'UTC' from tallyman.actor_days_state);
comment on view actor_daily is 'What actors did, by day, repository and action, for all time. Several rows may be about the same: add them up. Fast for one actor_name of one registry. The latest days are the tracking rows themselves.';
comment on column actor_daily.registry is 'Label of the registry.';
comment on column actor_daily.actor_name is 'Name in lower case, of users and of deploy tokens and others; anonymous events are not here.';
comment on column actor_daily.day is 'UTC day of event time.';
comment on column actor_daily.repository is 'Path of the repository.';
comment on column actor_daily.action is 'Action, as in tracking_events.';
comment on column actor_daily.events is 'Number of events.';
comment on column actor_daily.bytes is 'Bytes of pushes and pulls, layers included; other operations move none.';
comment on column actor_daily.pushes is 'Number of these events that pushed a manifest, tagged or not.';
comment on column actor_daily.last_seen_at is 'Latest of these events by event time; it lies in the day.';
