/**
 * SQL of what happened in repositories from day $1 up to, not including, day $2, in registry $3 or, when that is null,
 * in all: registry, repository, pulls, pushes (of manifests), bytes and events. A repository may have two rows, which
 * are to be added up.
 *
 * The rollup answers fast, and for days whose tracking rows are gone. It does not tell whether a creation was the push of
 * a manifest, which only a registry that sends no layers makes; so that is asked of the creations themselves, one by
 * one, by the index of their repository.
 */
export const REPOSITORIES_IN_WINDOW = `
  select registry, repository,
    coalesce(sum(events) filter (where action in ('pull_tag', 'pull_manifest')), 0) as pulls,
    coalesce(sum(events) filter (where action in ('push_tag', 'push_repository')), 0) as pushes,
    sum(bytes) as bytes, sum(events) as events
  from repository_daily
  where day >= $1::date and day < $2::date and ($3::text is null or registry = $3)
  group by registry, repository
  union all
  select daily.registry, daily.repository, 0, creations.pushes, 0, 0
  from repository_daily daily
  cross join lateral (
    select count(*) as pushes
    from tracking_events e
    where e.registry = daily.registry and e.repository = daily.repository
      and e.occurred_at >= daily.day::timestamp at time zone 'UTC'
      and e.occurred_at < (daily.day + 1)::timestamp at time zone 'UTC'
      and e.action = 'create_repository' and e.target_kind = 'manifest'
  ) creations
  where daily.day >= $1::date and daily.day < $2::date and ($3::text is null or daily.registry = $3)
    and daily.action = 'create_repository'`;
