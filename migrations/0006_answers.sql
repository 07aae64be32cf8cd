-- What the api's answers need: indexes for rows, unions of distinct users, and where the pipeline stands.

-- Rows ------------------------------------------------------------------------------------------------------------

-- Each index of tracking_events is written once per event, so there are two, for the questions whose rows no rollup
-- finds. Everything else (an action, a registry) is found by the days on which a rollup counts it.

-- The events of a repository within a window, newest first. Each repository adds at its own end of the index.
create index tracking_events_repository_idx on tracking_events (repository, occurred_at);

-- The events of an actor within a window. Names compare without case. Anonymous events are not in it.
create index tracking_events_actor_idx on tracking_events (lower(actor_name), occurred_at)
  where actor_name is not null;

-- Partitions that are made later get all indexes of tracking_events when they are attached.

-- The repositories of an actor. Neither column changes, so updates of its rows stay as cheap as they were.
create index repository_actors_actor_idx on repository_actors (actor_name);

-- Distinct users --------------------------------------------------------------------------------------------------

create function distinct_users_of_any(metrics text[], from_date date, to_date date, registry text default null)
returns bigint
language plpgsql stable
-- Analysts read the sets through this function only, so that the sets stay free to change.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  wanted tallyman.metric[];
  -- The months that lie wholly within the window: one set for each says what its days would say.
  first_month date := (date_trunc('month', from_date - 1) + interval '1 month')::date;
  end_month date := date_trunc('month', to_date)::date;
begin
  begin
    wanted := distinct_users_of_any.metrics::tallyman.metric[];
  exception when invalid_text_representation then
    raise exception 'unknown metric "%"', array_to_string(distinct_users_of_any.metrics, '", "')
      using errcode = 'invalid_parameter_value',
            hint = 'One of: ' || array_to_string(enum_range(null::tallyman.metric), ', ');
  end;
  if first_month >= end_month then
    first_month := to_date;
    end_month := to_date;
  end if;
  return (
    select count(*)
    from (
      select m.user_id
      from tallyman.distinct_members m
      where m.period = 'month' and m.metric = any (wanted)
        and m.period_start >= first_month and m.period_start < end_month
      union
      select m.user_id
      from tallyman.distinct_members m
      where m.period = 'day' and m.metric = any (wanted)
        and m.period_start >= from_date and m.period_start < least(first_month, to_date)
      union
      select m.user_id
      from tallyman.distinct_members m
      where m.period = 'day' and m.metric = any (wanted)
        and m.period_start >= greatest(end_month, from_date) and m.period_start < to_date
    ) members
    left join public.users u on u.id = members.user_id
    where distinct_users_of_any.registry is null or u.registry = distinct_users_of_any.registry
  );
end
$$;
comment on function distinct_users_of_any(text[], date, date, text) is
  'Exact number of distinct users of at least one of several metrics from from_date up to, not including, to_date (UTC days), of one registry or, without a registry, of all of them added up.';

-- The same for one metric, by the same sets.
create or replace function distinct_users(metric text, from_date date, to_date date, registry text default null)
returns bigint
language sql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select public.distinct_users_of_any(array[$1], $2, $3, $4)
$$;

-- Where the pipeline stands ---------------------------------------------------------------------------------------

create table tallyman.queue_state (
  only_row             boolean primary key default true check (only_row),
  waiting              bigint not null,
  active               bigint not null,
  delayed              bigint not null,
  failed               bigint not null,
  oldest_waiting_since timestamptz,
  told_at              timestamptz not null
) with (fillfactor = 10);
comment on table tallyman.queue_state is 'What the queue held when a worker looked last, every few seconds. One row.';
comment on column tallyman.queue_state.only_row is 'Always true.';
comment on column tallyman.queue_state.waiting is 'Jobs that wait for a worker.';
comment on column tallyman.queue_state.active is 'Jobs that workers have.';
comment on column tallyman.queue_state.delayed is 'Jobs that wait for their next attempt.';
comment on column tallyman.queue_state.failed is 'Jobs that were given up and will be put back.';
comment on column tallyman.queue_state.oldest_waiting_since is 'When the oldest waiting job was stored; null when none waits.';
comment on column tallyman.queue_state.told_at is 'When the worker looked, by the clock of the database.';

create table tallyman.last_receipts (
  registry         text primary key,
  last_received_at timestamptz not null,
  last_counted_at  timestamptz not null
) with (fillfactor = 50);
comment on table tallyman.last_receipts is 'Until when each registry''s notifications are counted, told by the workers every few seconds.';
comment on column tallyman.last_receipts.registry is 'Label of the registry.';
comment on column tallyman.last_receipts.last_received_at is 'When ingest received the latest notification that is counted.';
comment on column tallyman.last_receipts.last_counted_at is 'When a worker told so, by the clock of the database.';

-- What readers see of it; a view needs no right on what lies behind it.

create view pipeline_queue as
  select waiting, active, delayed, failed, oldest_waiting_since, told_at from tallyman.queue_state;
comment on view pipeline_queue is 'What the queue held when a worker looked last, which it does every few seconds; no row until then. An old told_at means that no worker runs.';
comment on column pipeline_queue.waiting is 'Jobs that wait for a worker; each holds one notification or many.';
comment on column pipeline_queue.active is 'Jobs that workers have.';
comment on column pipeline_queue.delayed is 'Jobs that wait for their next attempt.';
comment on column pipeline_queue.failed is 'Jobs that were given up and will be put back.';
comment on column pipeline_queue.oldest_waiting_since is 'When the oldest waiting job was stored; null when none waits.';
comment on column pipeline_queue.told_at is 'When the worker looked.';

create view pipeline_receipts as
  select registry, last_received_at, last_counted_at from tallyman.last_receipts;
comment on view pipeline_receipts is 'Until when each registry''s notifications are counted, by a few seconds.';
comment on column pipeline_receipts.registry is 'Label of the registry.';
comment on column pipeline_receipts.last_received_at is 'When ingest received the latest notification that is counted.';
comment on column pipeline_receipts.last_counted_at is 'When a worker told so.';
