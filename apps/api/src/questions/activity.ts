import { ACTIONS, METRICS, PERIODS } from "@tallyman/events";
import { z } from "zod";
import { oneOf, REGISTRY } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ACTION, ASKED_REGISTRY, BYTES, COUNT, DAY, WINDOW } from "../schemas.ts";
import { count, day } from "../sql-text.ts";
import { FROM, MAX_DAYS, TO, wholePeriods, windowOf } from "../window.ts";

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

const MOVED = {
  events: COUNT.describe("number of events"),
  bytes: BYTES.describe("bytes of pushes and pulls; others move none"),
  repositories_created: COUNT.describe("how many of the events created their repository"),
};

const PERIOD_ACTIVITY = z.strictObject({
  period_start: DAY.describe("first UTC day of the period; a Monday for a week"),
  actions: z
    .partialRecord(z.enum(ACTIONS), z.strictObject(MOVED))
    .describe("by action; those of which there was nothing are left out")
    .meta({ examples: [{ pull_tag: { events: 42, bytes: 73_400_320, repositories_created: 0 } }] }),
  distinct_users: z
    .partialRecord(z.enum(METRICS), COUNT)
    .describe("by metric; those of which there was nothing are left out")
    .meta({ examples: [{ pull_tag: 7, any_read: 7 }] }),
});

type PeriodActivity = z.infer<typeof PERIOD_ACTIVITY>;

const ROW = z.strictObject({ period_start: DAY, action: ACTION, ...MOVED });

export const activity = defineRoute({
  path: "/api/v1/activity",
  question: "What happened per day, week or month, and how many different people did it?",
  description:
    "As CSV: one row per period and action. Distinct users of every period as CSV: /api/v1/distinct-users.",
  parameters: z.object({
    registry: REGISTRY,
    period: oneOf(PERIODS).default("day").describe("day, week (ISO) or month; without it, day"),
    from: FROM.describe(
      "a UTC day of the first period; without it, 28 days, 12 weeks or a year before to",
    ),
    to: TO,
  }),
  response: z.strictObject({
    registry: ASKED_REGISTRY,
    period: z.enum(PERIODS),
    ...WINDOW,
    periods: z.array(PERIOD_ACTIVITY),
  }),
  table: {
    row: ROW,
    rowsOf: ({ periods }) =>
      periods.flatMap(({ period_start, actions }) =>
        Object.entries(actions).map(([action, moved]) => ({ period_start, action, ...moved })),
      ) as z.infer<typeof ROW>[],
  },
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
      current.distinct_users[row.name as keyof PeriodActivity["distinct_users"]] = count(
        row.amount,
      );
    } else {
      current.actions[row.name as keyof PeriodActivity["actions"]] = {
        events: count(row.amount),
        bytes: count(row.bytes),
        repositories_created: count(row.repositories_created),
      };
    }
  }
  return periods;
}
