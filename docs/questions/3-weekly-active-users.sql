-- How many different users were active in each of the last four complete weeks?
-- A week in which nobody did it has no row. A name in two registries is two users, so registries may be added up.
select
  period_start as week,
  coalesce(sum(distinct_users) filter (where metric = 'any_read'), 0) as readers,
  coalesce(sum(distinct_users) filter (where metric = 'any_write'), 0) as writers
from distinct_user_rollups
where period = 'week'
  and period_start >= date_trunc('week', now() at time zone 'UTC') - interval '4 weeks'
  and period_start < date_trunc('week', now() at time zone 'UTC')
group by period_start
having bool_or(metric in ('any_read', 'any_write'))
order by period_start;
