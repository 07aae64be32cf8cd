import { dayOf, metricsOf, PERIODS, periodStart, type TrackingEvent } from "@tallyman/events";
import type { Knex } from "knex";

interface MemberRow {
  readonly metric: string;
  readonly period: string;
  readonly period_start: string;
}

/** Adds an event's user to the sets of its metrics, and counts where it is new. */
export async function addToSets(database: Knex.Transaction, event: TrackingEvent): Promise<void> {
  const { userId } = event;
  if (userId === null) return;
  const day = dayOf(event.occurredAt);
  const members = metricsOf(event.action, event.createdRepository).flatMap((metric) =>
    PERIODS.map((period) => ({
      metric,
      period,
      period_start: periodStart(period, day),
      user_id: userId,
    })),
  );
  const added = (await database("tallyman.distinct_members")
    .insert(members)
    .onConflict()
    .ignore()
    .returning(["metric", "period", database.raw("period_start::text")])) as MemberRow[];
  if (added.length === 0) return;
  await database("distinct_user_rollups")
    .insert(
      added
        .map(({ metric, period, period_start }) => ({
          registry: event.registry,
          metric,
          period,
          period_start,
          distinct_users: 1,
        }))
        // In one order everywhere, or two transactions would wait for each other.
        .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    )
    .onConflict(["registry", "metric", "period", "period_start"])
    .merge({
      distinct_users: database.raw(
        "distinct_user_rollups.distinct_users + excluded.distinct_users",
      ),
    });
}

function keyOf(row: { metric: string; period: string; period_start: string }): string {
  return `${row.metric} ${row.period} ${row.period_start}`;
}
