import { ACTIONS } from "@tallyman/events";
import { Conditions } from "../conditions.ts";
import type { Database } from "../database.ts";
import { actionsOfMetric } from "./behind-figures.ts";
import type { AskedEvents } from "./events.ts";

/** What a page may show: from a time to another one, `YYYY-MM-DD…Z`, which is part of it. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** By day; by day and repository; or all that match at once, because they are few, and sorted. */
export type PartKind = "days" | "repositories" | "sorted";

/**
 * Rows that are read one after the other before anything better is worth its while: some 30 ms. Beyond it, and when the
 * wanted ones are few, the repositories that have any are asked one by one.
 */
const FEW_ROWS = 20_000;

/** Events in parts that are looked at faster than all that a busy person did. */
const FEW_EVENTS = 5_000;

/** Events of some days of receipt that are sorted faster than they are met in the order of their own days. */
const FEW_RECEIPTS = 50_000;

/**
 * Whether rollups know best where the wanted events lie. An action that happened twice in a year is found by looking at
 * two repositories on two days, not at all rows of the year; and tracking_events needs no index for it.
 *
 * @param rows how many are wanted
 * @returns undefined where an index of tracking_events leads to the rows anyway
 */
export async function whereEventsLie(
  asked: AskedEvents,
  span: Span,
  rows: number,
  database: Database,
): Promise<PartKind | undefined> {
  const { registry, repository, actor, tag } = asked;
  if ((asked.received_from ?? asked.received_to) !== undefined) {
    return (await countReceived(asked, database)) > FEW_RECEIPTS ? "days" : "sorted";
  }
  // Tags have an index of their own. Of one that is seldom or never used all rows are read; of another, day by day.
  if (tag !== undefined) {
    return (await countUses(asked, tag, database)) > FEW_EVENTS ? "days" : "sorted";
  }
  const isNarrowed = wantedActions(asked) !== undefined;
  if (!isNarrowed && (registry === undefined || repository !== undefined || actor !== undefined)) {
    return undefined;
  }
  if (repository !== undefined && actor === undefined) return "days";
  const days = await countDays(asked, span, database);
  if (actor !== undefined) {
    const wanted = days.reduce((sum, day) => sum + day.wanted, 0);
    if (wanted > FEW_EVENTS) return undefined;
    return repository === undefined ? "repositories" : "days";
  }
  return rowsToRead(days, rows) > FEW_ROWS ? "repositories" : "days";
}

/** SQL of the parts that have any wanted events, the newest first: `day` and, of repositories, `repository`. */
export function partsOf(
  kind: "days" | "repositories",
  asked: AskedEvents,
  span: Span,
  conditions: Conditions,
): string {
  const isByDay = kind === "days" && asked.repository === undefined;
  const columns = kind === "days" ? "day" : "day, repository";
  return `select ${columns}
  from ${isByDay ? "event_rollups" : "repository_daily"}
  where ${[...sourceOf(asked, span, conditions), wantedOf(asked, conditions)].join(" and ")}
  group by ${columns}
  order by day desc`;
}

/** How many events were received on the days asked for. */
async function countReceived(asked: AskedEvents, database: Database): Promise<number> {
  const conditions = new Conditions();
  conditions.where(asked.registry, (registry) => `registry = ${registry}`);
  conditions.where(asked.received_from, (day) => `day >= ${day}::date`);
  conditions.where(asked.received_to, (day) => `day < ${day}::date`);
  const [row] = await database.query<{ tracked: number }>(
    `select coalesce(sum(tracked), 0)::float8 as tracked from ledger where ${conditions.text}`,
    conditions.values,
  );
  return row?.tracked ?? 0;
}

/** How often a tag was pushed and pulled, in all. */
async function countUses(asked: AskedEvents, tag: string, database: Database): Promise<number> {
  const conditions = new Conditions();
  conditions.where(tag, (name) => `tag = ${name}`);
  conditions.where(asked.registry, (registry) => `registry = ${registry}`);
  conditions.where(asked.repository, (repository) => `repository = ${repository}`);
  const [row] = await database.query<{ uses: number }>(
    `select coalesce(sum(pushes + pulls), 0)::float8 as uses from tag_stats where ${conditions.text}`,
    conditions.values,
  );
  return row?.uses ?? 0;
}

interface DayCount {
  readonly wanted: number;
  readonly all: number;
}

/** Days with wanted events, the newest first. */
async function countDays(asked: AskedEvents, span: Span, database: Database): Promise<DayCount[]> {
  const conditions = new Conditions();
  const { registry: _registry, ...everywhere } = asked;
  const ofRegistry =
    asked.registry === undefined ? "true" : `registry = ${conditions.value(asked.registry)}`;
  const wanted = `${ofRegistry} and ${wantedOf(asked, conditions)}`;
  const amount = asked.metric === "create_repository" ? "repositories_created" : "events";
  return database.query<{ wanted: number; all: number }>(
    `select sum(${amount}) filter (where ${wanted})::float8 as wanted, sum(events)::float8 as all
from ${asked.repository === undefined ? "event_rollups" : "repository_daily"}
where ${sourceOf(everywhere, span, conditions).join(" and ")}
group by day
having sum(${amount}) filter (where ${wanted}) > 0
order by day desc`,
    conditions.values,
  );
}

/** How many rows are read, newest first, until so many wanted ones are found, when they lie evenly within a day. */
function rowsToRead(days: readonly DayCount[], rows: number): number {
  let missing = rows;
  let read = 0;
  for (const { wanted, all } of days) {
    if (missing <= 0) break;
    read += all * Math.min(1, missing / wanted);
    missing -= wanted;
  }
  return read;
}

/** Conditions on a rollup's days, registry and repository. */
function sourceOf(
  { registry, repository }: Pick<AskedEvents, "registry" | "repository">,
  { from, to }: Span,
  conditions: Conditions,
): string[] {
  const utcDay = (moment: string) =>
    `(${conditions.value(moment)}::timestamptz at time zone 'UTC')::date`;
  const where = [`day >= ${utcDay(from)}`, `day <= ${utcDay(to)}`];
  if (registry !== undefined) where.push(`registry = ${conditions.value(registry)}`);
  if (repository !== undefined) {
    const path = conditions.value(repository);
    where.push(`repository = ${path}`);
    // The key of repository_daily begins with the registry.
    if (registry === undefined) {
      where.push(`registry in (select registry from repository_stats where repository = ${path})`);
    }
  }
  return where;
}

/** The condition on a rollup's actions. */
function wantedOf(asked: AskedEvents, conditions: Conditions): string {
  const where = asked.metric === "create_repository" ? ["repositories_created > 0"] : [];
  const actions = wantedActions(asked);
  if (actions !== undefined) where.push(`action = any(${conditions.value(actions)})`);
  return where.length === 0 ? "true" : where.join(" and ");
}

/** The actions that wanted events may have; undefined when they may have any. */
function wantedActions({ action, operation, metric, counts_as }: AskedEvents) {
  if ([action, operation, metric, counts_as].every((value) => value === undefined)) {
    return undefined;
  }
  return ACTIONS.filter(
    (known) =>
      (action === undefined || known === action) &&
      (operation === undefined || isOf(operation, known)) &&
      (counts_as === undefined || isOf(counts_as === "pulls" ? "pull" : "push", known)) &&
      (metric === undefined ||
        metric === "create_repository" ||
        actionsOfMetric(metric).includes(known)),
  );
}

/** A push that creates its repository is the one whose action has another word. */
function isOf(operation: string, action: string): boolean {
  return (
    action.startsWith(`${operation}_`) || (operation === "push" && action === "create_repository")
  );
}
