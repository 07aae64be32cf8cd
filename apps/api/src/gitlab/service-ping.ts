import { METRICS, periodStart } from "@tallyman/events";
import { z } from "zod";
import { REGISTRY } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ASKED_REGISTRY, COUNT, DAY, WINDOW } from "../schemas.ts";
import { count } from "../sql-text.ts";
import { addDays, DATE } from "../window.ts";
import { TIME_FRAMES } from "./metric-definitions.ts";
import { gitlabEventOf } from "./metric-names.ts";

const USERS = `
select name as metric, distinct_users(name, $2::date, $4::date, $5) as weekly,
  distinct_users(name, $3::date, $4::date, $5) as monthly
from unnest($1::text[]) as name`;

const COUNTERS = Object.fromEntries(
  METRICS.flatMap((metric) =>
    TIME_FRAMES.map(({ suffix }) => [`${gitlabEventOf(metric)}_${suffix}`, COUNT] as const),
  ),
);

interface UsersRow {
  readonly metric: (typeof METRICS)[number];
  readonly weekly: string;
  readonly monthly: string;
}

export const servicePing = defineRoute({
  path: "/api/v4/usage_data/service_ping",
  question: "What would GitLab's service ping say of the container registry on a day?",
  description:
    "redis_hll_counters.user_container_registry as GitLab names it; exact, and for any day: weekly is the last complete ISO week before it, monthly the last four.",
  parameters: z.object({
    date: DATE.optional().describe("UTC day of the ping; without it, today"),
    registry: REGISTRY,
  }),
  response: z.strictObject({
    date: DAY.describe("UTC day of the ping"),
    registry: ASKED_REGISTRY,
    windows: z.strictObject({ weekly: z.strictObject(WINDOW), monthly: z.strictObject(WINDOW) }),
    redis_hll_counters: z.strictObject({ user_container_registry: z.strictObject(COUNTERS) }),
  }),
  answer: async ({ date: asked, registry = null }, { database, today }) => {
    const date = asked ?? today();
    const to = periodStart("week", date);
    const [week, fourWeeks] = TIME_FRAMES.map(({ weeks }) => addDays(to, -7 * weeks)) as [
      string,
      string,
    ];
    const rows = await database.query<UsersRow>(USERS, [METRICS, week, fourWeeks, to, registry]);
    const counters = rows.flatMap(({ metric, weekly, monthly }) => [
      [`${gitlabEventOf(metric)}_weekly`, count(weekly)] as const,
      [`${gitlabEventOf(metric)}_monthly`, count(monthly)] as const,
    ]);
    return {
      date,
      registry,
      windows: { weekly: { from: week, to }, monthly: { from: fourWeeks, to } },
      redis_hll_counters: { user_container_registry: Object.fromEntries(counters) },
    };
  },
});
