import { ACTIONS, type Operation } from "@tallyman/events";
import type { Conditions } from "../conditions.ts";
import { actionsOfMetric, type AskedFigure } from "./behind-figures.ts";
import type { AskedEvents } from "./events.ts";

/**
 * SQL of the newest days that hold enough of the wanted events, as a rollup counts them. An action that happened twice
 * in a year is found by looking at two days, not at all rows of the year; and tracking_events needs no index for it.
 *
 * The day that the window or the page begins in is always looked at and never counted: nobody knows how many of its
 * events lie on this side of the beginning.
 *
 * @returns undefined where an index leads to the rows anyway
 */
export function wantedDays(
  asked: AskedFigure &
    Pick<AskedEvents, "registry" | "repository" | "actor" | "tag" | "action" | "operation">,
  conditions: Conditions,
  {
    first,
    before,
    rows,
  }: { readonly first: string; readonly before: string; readonly rows: number },
): { readonly text: string } | undefined {
  const { registry, repository, actor, tag, action, operation, metric, counts_as } = asked;
  // Days of receipt are in no rollup, but rows lie about in the order of receipt.
  const isOfReceipt = asked.received_from !== undefined || asked.received_to !== undefined;
  if (actor !== undefined || isOfReceipt) return undefined;
  const isNarrowed = [action, operation, metric, counts_as].some((value) => value !== undefined);
  if (repository !== undefined && (registry === undefined || !isNarrowed)) return undefined;
  // Tags and whether somebody counts are in no rollup, and a statistic or creations are fewer than their actions:
  // how many of a day's events are wanted is unknown.
  const isCounted =
    tag === undefined && !asked.users && counts_as === undefined && metric !== "create_repository";
  const enough = isCounted ? rows : Number.MAX_SAFE_INTEGER;
  const where = [
    `day >= (${first} at time zone 'UTC')::date`,
    `day <= (${before} at time zone 'UTC')::date`,
  ];
  const add = (value: unknown, text: (name: string) => string) => {
    if (value !== undefined) where.push(text(conditions.value(value)));
  };
  add(registry, (value) => `registry = ${value}`);
  add(repository, (value) => `repository = ${value}`);
  add(action, (value) => `action = ${value}`);
  if (metric === "create_repository") where.push("repositories_created > 0");
  else if (metric !== undefined) add(actionsOfMetric(metric), (value) => `action = any(${value})`);
  if (counts_as !== undefined) {
    add(actionsOf(counts_as === "pulls" ? "pull" : "push"), (value) => `action = any(${value})`);
  }
  if (operation !== undefined) add(actionsOf(operation), (value) => `action = any(${value})`);
  return {
    text: `with days as materialized (
  select day
  from (
    select day, coalesce(sum(sum(events)) over (order by day desc
        rows between unbounded preceding and 1 preceding), 0)
      - coalesce(sum(sum(events) filter (where day = (${before} at time zone 'UTC')::date)) over (), 0) as newer
    from ${repository === undefined ? "event_rollups" : "repository_daily"}
    where ${where.join(" and ")}
    group by day
  ) counted
  where newer < ${conditions.value(enough)}
)`,
  };
}

/** A push that creates its repository is the one whose action has another word. */
function actionsOf(operation: Operation): string[] {
  return ACTIONS.filter(
    (action) =>
      action.startsWith(`${operation}_`) ||
      (operation === "push" && action === "create_repository"),
  );
}
