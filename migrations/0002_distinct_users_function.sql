-- Exact distinct users of any window, over the same sets as distinct_user_rollups.

create function distinct_users(metric text, from_date date, to_date date, registry text default null)
returns bigint
language plpgsql stable
-- Analysts read the sets through this function only, so that the sets stay free to change.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  wanted tallyman.metric;
begin
  begin
    wanted := distinct_users.metric::tallyman.metric;
  exception when invalid_text_representation then
    raise exception 'unknown metric "%"', distinct_users.metric
      using errcode = 'invalid_parameter_value',
            hint = 'One of: ' || array_to_string(enum_range(null::tallyman.metric), ', ');
  end;
  if distinct_users.registry is null then
    return (
      select count(distinct m.user_id)
      from tallyman.distinct_members m
      where m.period = 'day' and m.metric = wanted
        and m.period_start >= from_date and m.period_start < to_date
    );
  end if;
  return (
    select count(distinct m.user_id)
    from tallyman.distinct_members m
    join public.users u on u.id = m.user_id
    where m.period = 'day' and m.metric = wanted
      and m.period_start >= from_date and m.period_start < to_date
      and u.registry = distinct_users.registry
  );
end
$$;
comment on function distinct_users(text, date, date, text) is
  'Exact number of distinct users of a metric from from_date up to, not including, to_date (UTC days), of one registry or, without a registry, of all of them added up.';
