-- Which tags has nobody pulled for 90 days?
-- Neither by their name nor by the digest that they point to; clusters often pull by digest.
select t.registry, t.repository, t.tag, t.last_pushed_at, t.last_pulled_at
from tag_stats t
where t.deleted_at is null
  and t.last_pushed_at < now() - interval '90 days'
  and (t.last_pulled_at is null or t.last_pulled_at < now() - interval '90 days')
  and not exists (
    select from tracking_events e
    where e.registry = t.registry
      and e.repository = t.repository
      and e.digest = t.digest
      and e.action = 'pull_manifest'
      and e.occurred_at >= now() - interval '90 days'
  )
order by t.registry, t.repository, t.tag;
