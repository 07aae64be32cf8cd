import { ACTIONS, METRICS, metricsOf, type Metric } from "@tallyman/events";
import { z } from "zod";
import type { Conditions } from "../conditions.ts";
import { FLAG, oneOf } from "../parameters.ts";
import { DATE, startOfDay } from "../window.ts";

/** Parameters for the rows behind a figure: of a metric, of a statistic, of a day of receipt. */
export const BEHIND_FIGURES = {
  metric: oneOf(METRICS)
    .optional()
    .describe("only events of the actions that this metric is about, whoever did them"),
  users: FLAG.describe("true: only events of those who count as users"),
  counts_as: oneOf(["pulls", "pushes"])
    .optional()
    .describe("only events that are in these statistics of repositories and tags"),
  received_from: DATE.optional().describe("only those received on this UTC day or later"),
  received_to: DATE.optional().describe("only those received before this UTC day"),
};

const ASKED = z.object(BEHIND_FIGURES);

export type AskedFigure = z.infer<typeof ASKED>;

/** Adds what was asked for to the conditions on rows `e` of tracking_events. */
export function addFigureConditions(asked: AskedFigure, where: Conditions): void {
  const { metric, users, counts_as } = asked;
  if (metric === "create_repository") {
    where.add("e.created_repository");
  } else if (metric !== undefined) {
    where.add(`e.action = any(${where.value(actionsOfMetric(metric))})`);
  }
  if (users) where.add("e.user_id is not null");
  if (counts_as !== undefined) {
    const operation = where.value(counts_as === "pulls" ? "pull" : "push");
    where.add(`e.operation = ${operation} and e.target_kind in ('tag', 'manifest')`);
  }
}

/** @param receivedAt SQL of the time of receipt */
export function addReceiptConditions(
  { received_from, received_to }: AskedFigure,
  where: Conditions,
  receivedAt: string,
): void {
  where.where(received_from, (day) => `${receivedAt} >= ${startOfDay(day)}`);
  where.where(received_to, (day) => `${receivedAt} < ${startOfDay(day)}`);
}

/** The actions whose users a metric counts; for create_repository the row's flag tells. */
export function actionsOfMetric(metric: Metric): string[] {
  return ACTIONS.filter((action) => metricsOf(action, false).includes(metric));
}
