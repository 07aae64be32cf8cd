-- How many of last month's readers are back this month, how many are lost, how many new?
with readers as (
  select user_id,
    bool_or(occurred_at < date_trunc('month', now() at time zone 'UTC') at time zone 'UTC') as before,
    bool_or(occurred_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC') as since
  from tracking_events
  where action in ('pull_tag', 'pull_manifest')
    and user_id is not null
    and occurred_at >= (date_trunc('month', now() at time zone 'UTC') - interval '1 month') at time zone 'UTC'
  group by user_id
)
select
  count(*) filter (where before) as last_month,
  count(*) filter (where since) as this_month,
  count(*) filter (where before and since) as kept,
  count(*) filter (where before and not since) as lost,
  count(*) filter (where since and not before) as gained
from readers;
