-- Which ten repositories were pulled most this month?
select registry, repository, sum(events) as pulls
from repository_daily
where action in ('pull_tag', 'pull_manifest')
  and day >= date_trunc('month', now() at time zone 'UTC')
group by registry, repository
order by pulls desc, registry, repository
limit 10;
