-- Who pulled shop/cart last month?
select
  coalesce(lower(actor_name), '(anonymous)') as actor,
  count(*) as pulls,
  max(occurred_at) as last_pulled_at
from tracking_events
where registry = 'main'
  and repository = 'shop/cart'
  and action in ('pull_tag', 'pull_manifest')
  and occurred_at >= (date_trunc('month', now() at time zone 'UTC') - interval '1 month') at time zone 'UTC'
  and occurred_at < date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'
group by 1
order by pulls desc, actor;
