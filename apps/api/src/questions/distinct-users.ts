import { METRICS, PERIODS } from "@tallyman/events";
import { z } from "zod";
import { ParameterError } from "../errors.ts";
import { METRIC_LIST, oneOf, REGISTRY } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ASKED_REGISTRY, COUNT, DAY, METRIC, WINDOW } from "../schemas.ts";
import { count, day } from "../sql-text.ts";
import { addDays, FROM, MAX_DAYS, TO, wholePeriods, windowOf } from "../window.ts";

const DEFAULT_DAYS = { day: 28, week: 84, month: 365 };

const DISTINCT_USERS =
  "select distinct_users_of_any($1::text[], $2::date, $3::date, $4) as distinct_users";

const SERIES = `
select ${day("period_start")} as period_start, sum(distinct_users) as distinct_users
from distinct_user_rollups
where ($1::text is null or registry = $1) and metric = $2 and period = $3
  and period_start >= $4::date and period_start < $5::date
group by distinct_user_rollups.period_start
order by distinct_user_rollups.period_start`;

const PERIOD_ROW = z.strictObject({
  period_start: DAY.describe("first UTC day of the period; a Monday for a week"),
  distinct_users: COUNT.describe("number of different users in the period"),
});

const ROW = z.strictObject({ ...WINDOW, distinct_users: COUNT });

export const distinctUsers = defineRoute({
  path: "/api/v1/distinct-users",
  question: "How many different people did something within any window of days?",
  description:
    "Exact for any window. Several metrics are one union: who did two of them counts once. With a period also the series of one metric, in whole periods.",
  example: "/api/v1/distinct-users?metric=any_write",
  parameters: z.object({
    metric: METRIC_LIST.describe(
      `what they did, needed; several, comma-separated, for the union: ${METRICS.join(", ")}`,
    ),
    registry: REGISTRY.describe(
      "label of a registry; without it, all added up: a name in two registries is two users",
    ),
    period: oneOf(PERIODS)
      .optional()
      .describe("day, week (ISO) or month: also the series; the window becomes whole periods"),
    from: FROM.describe(
      "first UTC day; without it, 28 days before to (with a period of week or month 12 weeks or a year)",
    ),
    to: TO,
  }),
  response: z.strictObject({
    metrics: z.array(METRIC),
    registry: ASKED_REGISTRY,
    ...WINDOW,
    distinct_users: COUNT.describe("number of different users in the whole window"),
    period: z.enum(PERIODS).nullable(),
    periods: z
      .array(PERIOD_ROW)
      .nullable()
      .describe("per period; those without users are left out; null when no period was asked for"),
  }),
  table: {
    row: ROW,
    rowsOf: ({ from, to, distinct_users, period, periods }) =>
      period === null || periods === null
        ? [{ from, to, distinct_users }]
        : periods.map((row) => ({
            ...wholePeriods({ from: row.period_start, to: addDays(row.period_start, 1) }, period),
            distinct_users: row.distinct_users,
          })),
  },
  answer: async (asked, { database, today }) => {
    const { metric: metrics, registry = null, period = null } = asked;
    const [metric, ...others] = metrics;
    if (period !== null && others.length > 0) {
      const detail = "takes one metric; a union of several has no series";
      throw new ParameterError([{ parameter: "period", detail }]);
    }
    const window = windowOf(asked, {
      today: today(),
      days: DEFAULT_DAYS[period ?? "day"],
      ...(period === null ? {} : { maxDays: MAX_DAYS }),
    });
    const { from, to } = period === null ? window : wholePeriods(window, period);
    const [[row], series] = await Promise.all([
      database.query<{ distinct_users: string }>(DISTINCT_USERS, [metrics, from, to, registry]),
      period === null
        ? null
        : database.query<{ period_start: string; distinct_users: string }>(SERIES, [
            registry,
            metric,
            period,
            from,
            to,
          ]),
    ]);
    if (row === undefined) throw new Error("distinct_users_of_any() returned no row");
    return {
      metrics,
      registry,
      from,
      to,
      distinct_users: count(row.distinct_users),
      period,
      periods:
        series?.map(({ period_start, distinct_users }) => ({
          period_start,
          distinct_users: count(distinct_users),
        })) ?? null,
    };
  },
});
