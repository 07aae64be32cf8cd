/** What repositories can be ranked by. */
export const REPOSITORY_MEASURES = ["pulls", "pushes", "bytes", "events"] as const;
export type RepositoryMeasure = (typeof REPOSITORY_MEASURES)[number];

/** Rows of `repository_daily` that count, and what is added up of them. */
const BY_DAY: Readonly<Record<RepositoryMeasure, { actions?: string; amount: string }>> = {
  pulls: { actions: "action in ('pull_tag', 'pull_manifest')", amount: "events" },
  pushes: {
    actions: "action in ('push_tag', 'push_repository', 'create_repository')",
    amount: "pushes",
  },
  bytes: { amount: "bytes" },
  events: { amount: "events" },
};

// The months that lie wholly within the window, and the days before and after them; all days, if there is no such month.
const FIRST_MONTH = "(date_trunc('month', ($1::date - 1)::timestamp) + interval '1 month')::date";
const END_MONTH = "date_trunc('month', $2::date::timestamp)::date";
const BEFORE = `day >= $1::date and day < case when ${FIRST_MONTH} < ${END_MONTH} then ${FIRST_MONTH} else $2::date end`;
const MONTHS = `month >= ${FIRST_MONTH} and month < ${END_MONTH}`;
const AFTER = `${FIRST_MONTH} < ${END_MONTH} and day >= ${END_MONTH} and day < $2::date`;

const IN_REGISTRY = "($3::text is null or registry = $3)";

/**
 * SQL of what happened in repositories from day $1 up to, not including, day $2, in registry $3 or, when that is null,
 * in all: registry, repository and each measure. A repository may have several rows, which are to be added up. Rollups
 * answer fast, and for days whose tracking rows are gone.
 *
 * @param condition on registry and repository
 */
export function repositoriesInWindow(condition = "true"): string {
  return parts(REPOSITORY_MEASURES, `${IN_REGISTRY} and ${condition}`);
}

function parts(measures: readonly RepositoryMeasure[], condition: string): string {
  const sums = (sumOf: (measure: RepositoryMeasure) => string): string =>
    measures.map((measure) => `coalesce(${sumOf(measure)}, 0) as ${measure}`).join(", ");
  const [first] = measures;
  const counting = measures.length === 1 && first !== undefined ? BY_DAY[first].actions : undefined;
  const ofDays = (days: string): string => `
  select registry, repository, ${sums((measure) => {
    const { actions, amount } = BY_DAY[measure];
    return `sum(${amount})${actions === undefined ? "" : ` filter (where ${actions})`}`;
  })}
  from repository_daily
  where ${days} and ${condition}${counting === undefined ? "" : ` and ${counting}`}
  group by registry, repository`;
  return [
    ofDays(BEFORE),
    `
  select registry, repository, ${sums((measure) => `sum(${measure})`)}
  from repository_monthly
  where ${MONTHS} and ${condition}
  group by registry, repository`,
    ofDays(AFTER),
  ].join("\n  union all");
}

/** Winners whose own rows are read faster than all there are. */
const FEW_WINNERS = 20;

/**
 * The same of the $4 repositories with most of a measure, in their order; those with none are left out.
 *
 * @param limit the value of $4
 */
export function topRepositoriesInWindow(by: RepositoryMeasure, limit: number): string {
  const ranked = (columns: string, rows: string): string => `
select registry, repository${columns}
from (${rows}
) parts
group by registry, repository
having sum(${by}) > 0
order by sum(${by}) desc, registry, repository
limit $4`;
  const measures = REPOSITORY_MEASURES.map((measure) => `, sum(${measure}) as ${measure}`).join("");
  if (limit > FEW_WINNERS) return ranked(measures, repositoriesInWindow());
  // Only what decides is added up for all; the other numbers are those of the winners.
  const isWinner = "(registry, repository) in (select registry, repository from winners)";
  return `
with winners as materialized (${ranked("", parts([by], IN_REGISTRY))}
)${ranked(measures, repositoriesInWindow(isWinner))}`;
}
