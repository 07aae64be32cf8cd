-- Which repositories cost the most traffic last month?
-- Sizes of manifests and layers; a client that has a layer already does not pull it, so this is what went over the wire.
select
  registry,
  repository,
  sum(bytes) as bytes_pulled,
  round(100 * sum(bytes) / nullif(sum(sum(bytes)) over (), 0), 1) as percent
from repository_daily
where action like 'pull\_%'
  and day >= date_trunc('month', now() at time zone 'UTC') - interval '1 month'
  and day < date_trunc('month', now() at time zone 'UTC')
group by registry, repository
order by bytes_pulled desc, registry, repository
limit 10;
