import { METRICS } from "@tallyman/events";
import { z } from "zod";
import { REGISTRY } from "./parameters.ts";
import { defineRoute } from "./route.ts";
import { count } from "./sql-text.ts";
import { FROM, TO, windowOf } from "./window.ts";

const DEFAULT_DAYS = 28;

const DISTINCT_USERS = "select distinct_users($1, $2::date, $3::date, $4) as distinct_users";

export const distinctUsers = defineRoute({
  path: "/api/v1/distinct-users",
  question: "How many different people did something within any window of days?",
  example: "?metric=any_write",
  parameters: z.object({
    metric: z
      .enum(METRICS, `must be one of ${METRICS.join(", ")}`)
      .describe(`what they did, needed: ${METRICS.join(", ")}`),
    registry: REGISTRY.describe(
      "label of a registry; without it, all added up: a name in two registries is two users",
    ),
    from: FROM.describe(`first UTC day; without it, ${DEFAULT_DAYS} days before to`),
    to: TO,
  }),
  answer: async (parameters, { database, today }) => {
    const { metric, registry = null } = parameters;
    const { from, to } = windowOf(parameters, { today: today(), days: DEFAULT_DAYS });
    const [row] = await database.query<{ distinct_users: string }>(DISTINCT_USERS, [
      metric,
      from,
      to,
      registry,
    ]);
    if (row === undefined) throw new Error("distinct_users() returned no row");
    return { metric, registry, from, to, distinct_users: count(row.distinct_users) };
  },
});
