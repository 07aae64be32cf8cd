/** What can be ranked, in SQL over repository_daily: the actions that count, and what is added up. */
const MEASURES = {
  pulls: { amount: "events", actions: ["pull_tag", "pull_manifest"] },
  pushes: { amount: "events", actions: ["push_tag", "push_repository"] },
  bytes: { amount: "bytes", actions: undefined },
  events: { amount: "events", actions: undefined },
} as const;

export type RepositoryMeasure = keyof typeof MEASURES;

const NAMES = Object.keys(MEASURES) as RepositoryMeasure[];

const inWindow = (table: string): string =>
  `${table}.day >= $1::date and ${table}.day < $2::date and ($3::text is null or ${table}.registry = $3)`;

/**
 * Pushes that no action of the rollup tells: a creation is the push of a manifest where a registry sends no layers, which
 * is asked of the creations themselves, one by one, by the index of their repository.
 */
const PUSHES_OF_CREATIONS = `
  select daily.registry, daily.repository, creations.pushes
  from repository_daily daily
  cross join lateral (
    select count(*) as pushes
    from tracking_events e
    where e.registry = daily.registry and e.repository = daily.repository
      and e.occurred_at >= daily.day::timestamp at time zone 'UTC'
      and e.occurred_at < (daily.day + 1)::timestamp at time zone 'UTC'
      and e.action = 'create_repository' and e.target_kind = 'manifest'
  ) creations
  where ${inWindow("daily")} and daily.action = 'create_repository'`;

/** SQL of one measure of a table's rows. */
function sumOf(measure: RepositoryMeasure): string {
  const { amount, actions } = MEASURES[measure];
  return actions === undefined
    ? `sum(${amount})`
    : `sum(${amount}) filter (where ${isOne(actions)})`;
}

const isOne = (actions: readonly string[]): string =>
  `action in (${actions.map((action) => `'${action}'`).join(", ")})`;

/**
 * SQL of what happened in repositories from day $1 up to, not including, day $2, in registry $3 or, when that is null,
 * in all: registry, repository, pulls, pushes (of manifests), bytes and events. A repository may have two rows, which
 * are to be added up. Rollups answer fast, and for days whose tracking rows are gone.
 *
 * @param condition on registry and repository
 * @param creations SQL of what `PUSHES_OF_CREATIONS` says, where it is known already
 */
export function repositoriesInWindow(condition = "true", creations = `(${PUSHES_OF_CREATIONS})`) {
  return `
  select registry, repository, ${NAMES.map((name) => `coalesce(${sumOf(name)}, 0) as ${name}`).join(", ")}
  from repository_daily
  where ${inWindow("repository_daily")} and ${condition}
  group by registry, repository
  union all
  select registry, repository, 0, pushes, 0, 0
  from ${creations} creations
  where ${condition}`;
}

/** Winners whose own rows are read faster than all there are. */
const FEW_WINNERS = 20;

/**
 * The same of the $4 repositories with most of a measure, in their order; those with none are left out.
 *
 * @param limit the value of $4
 */
export function topRepositoriesInWindow(by: RepositoryMeasure, limit: number): string {
  const { amount, actions } = MEASURES[by];
  const rank = (parts: string): string => `
select registry, repository, ${NAMES.map((name) => `sum(${name}) as ${name}`).join(", ")}
from (${parts}
) parts
group by registry, repository
having sum(${by}) > 0
order by sum(${by}) desc, registry, repository
limit $4`;
  if (limit > FEW_WINNERS) return rank(repositoriesInWindow());
  // Only what decides is added up for all; the other numbers are those of the winners.
  const isByPushes = by === "pushes";
  const isWinner = "(registry, repository) in (select registry, repository from winners)";
  const winners = isByPushes
    ? repositoriesInWindow(isWinner, "creations")
    : repositoriesInWindow(isWinner);
  return `
with ${isByPushes ? `creations as materialized (${PUSHES_OF_CREATIONS}\n), ` : ""}winners as materialized (
  select registry, repository
  from (
    select registry, repository, sum(${amount}) as amount
    from repository_daily
    where ${inWindow("repository_daily")} and ${actions === undefined ? "true" : isOne(actions)}
    group by registry, repository${isByPushes ? "\n    union all select registry, repository, pushes from creations" : ""}
  ) amounts
  group by registry, repository
  having sum(amount) > 0
  order by sum(amount) desc, registry, repository
  limit $4
)${rank(winners)}`;
}
