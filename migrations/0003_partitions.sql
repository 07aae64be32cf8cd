-- Monthly partitions of tracking_events. The worker calls this ahead of time; it may not do DDL itself, so the function
-- runs with the rights of its owner.

create function tallyman.ensure_month_partition(month date) returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
-- Attaching must wait for readers of the default partition; writers would queue up behind it. Rather try again later.
set lock_timeout = '2s'
as $$
declare
  first_day date := date_trunc('month', month)::date;
  next_month date := (date_trunc('month', month) + interval '1 month')::date;
  partition_name text := 'tracking_events_' || to_char(first_day, 'YYYY_MM');
begin
  if exists (select from pg_class where relname = partition_name and relnamespace = 'tallyman'::regnamespace) then
    return false;
  end if;
  -- One at a time: workers that start together would all try to make the same partition. The second look is a query,
  -- not to_regclass(), whose answer may be remembered from before the wait.
  perform pg_advisory_xact_lock(hashtext('tallyman.ensure_month_partition'));
  if exists (select from pg_class where relname = partition_name and relnamespace = 'tallyman'::regnamespace) then
    return false;
  end if;
  execute format(
    'create table tallyman.%I (like public.tracking_events including defaults including constraints)',
    partition_name);
  -- Rows that came before their partition lie in the default one and must move, or the new one could not be attached.
  lock table tallyman.tracking_events_other in access exclusive mode;
  execute format(
    'with moved as (delete from tallyman.tracking_events_other where occurred_at >= %L and occurred_at < %L returning *)
     insert into tallyman.%I select * from moved', first_day, next_month, partition_name);
  execute format(
    'alter table public.tracking_events attach partition tallyman.%I for values from (%L) to (%L)',
    partition_name, first_day, next_month);
  return true;
end
$$;
comment on function tallyman.ensure_month_partition(date) is
  'Makes the partition of tracking_events for the month that holds the day, if it is not there; returns whether it made one.';
revoke all on function tallyman.ensure_month_partition(date) from public;
