-- Who pulls this month: people, CI jobs or deployments?
-- Only GitLab's registry tells; with others every actor with a name is not_said. No rollup keeps types by day, so this
-- reads all events of the month: some seconds for many millions.
select
  case
    when actor_name is null then 'anonymous'
    when actor_type = 'build' then 'ci_job'
    when actor_type = 'deploy_token' then 'deployment'
    when actor_type in ('personal_access_token', 'gitlab_or_ldap') then 'person'
    else 'not_said'
  end as who,
  count(*) as pulls,
  count(distinct (registry, lower(actor_name))) filter (where actor_name is not null) as actors
from tracking_events
where action in ('pull_tag', 'pull_manifest')
  and occurred_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'
group by who
order by pulls desc, who;
