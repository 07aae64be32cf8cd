import { PERIODS } from "@tallyman/events";
import { z } from "zod";
import { REGISTRY } from "./parameters.ts";
import { defineRoute } from "./route.ts";
import { count, day } from "./sql-text.ts";
import { FROM, MAX_DAYS, TO, wholePeriods, windowOf } from "./window.ts";

/** A window that shows a trend: four weeks, twelve weeks, a year. */
const DEFAULT_DAYS = { day: 28, week: 84, month: 365 };

/**
 * Events by action and users by metric, both per period, from one look at the tables. A user belongs to one registry,
 * so over several registries users add up exactly.
 */
const ACTIVITY = `
select ${day("period_start")} as period_start, kind, name, amount, bytes, repositories_created
from (
  select date_trunc($4, day::timestamp)::date as period_start, 'events' as kind, action as name,
    sum(events) as amount, sum(bytes) as bytes, sum(repositories_created) as repositories_created
  from event_rollups
  where ($1::text is null or registry = $1) and day >= $2::date and day < $3::date
  group by 1, action
  union all
  select period_start, 'users', metric, sum(distinct_users), null, null
  from distinct_user_rollups
  where ($1::text is null or registry = $1) and period = $4
    and period_start >= $2::date and period_start < $3::date
  group by period_start, metric
) activity
order by activity.period_start, kind, name`;

type ActivityRow = { readonly period_start: string; readonly name: string } & (
  | {
      readonly kind: "events";
      readonly amount: string;
      readonly bytes: string;
      readonly repositories_created: string;
    }
  | { readonly kind: "users"; readonly amount: string }
);

type Count = number | string;

/** What happened in one period. Actions and metrics of which there was nothing are left out. */
interface PeriodActivity {
  readonly period_start: string;
  readonly actions: Record<
    string,
    { readonly events: Count; readonly bytes: Count; readonly repositories_created: Count }
  >;
  readonly distinct_users: Record<string, Count>;
}

export const activity = defineRoute({
  path: "/api/v1/activity",
  question: "What happened per day, week or month, and how many different people did it?",
  parameters: z.object({
    registry: REGISTRY,
    period: z
      .enum(PERIODS, `must be one of ${PERIODS.join(", ")}`)
      .default("day")
      .describe("day, week (ISO) or month; without it, day"),
    from: FROM.describe(
      "a UTC day of the first period; without it, 28 days, 12 weeks or a year before to",
    ),
    to: TO,
  }),
  answer: async (parameters, { database, today }) => {
    const { registry = null, period } = parameters;
    const asked = windowOf(parameters, {
      today: today(),
      days: DEFAULT_DAYS[period],
      maxDays: MAX_DAYS,
    });
    // Users can only be counted in whole periods; events of half a week beside them would mislead.
    const { from, to } = wholePeriods(asked, period);
    const rows = await database.query<ActivityRow>(ACTIVITY, [registry, from, to, period]);
    return { registry, period, from, to, periods: byPeriod(rows) };
  },
});

/** @param rows in the order of their periods */
function byPeriod(rows: readonly ActivityRow[]): PeriodActivity[] {
  const periods: PeriodActivity[] = [];
  for (const row of rows) {
    const { period_start } = row;
    let current = periods.at(-1);
    if (current?.period_start !== period_start) {
      current = { period_start, actions: {}, distinct_users: {} };
      periods.push(current);
    }
    if (row.kind === "users") {
      current.distinct_users[row.name] = count(row.amount);
    } else {
      current.actions[row.name] = {
        events: count(row.amount),
        bytes: count(row.bytes),
        repositories_created: count(row.repositories_created),
      };
    }
  }
  return periods;
}
