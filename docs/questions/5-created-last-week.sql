-- Which repositories were created last week, and by whom?
-- Only the events know who it was: this reads a week of them, found by their time.
select registry, repository, occurred_at as created_at, coalesce(lower(actor_name), '(anonymous)') as actor
from tracking_events
where created_repository
  and occurred_at >= (date_trunc('week', now() at time zone 'UTC') - interval '1 week') at time zone 'UTC'
  and occurred_at < date_trunc('week', now() at time zone 'UTC') at time zone 'UTC'
order by occurred_at, registry, repository;
