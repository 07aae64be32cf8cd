import { dayOf, type TrackingEvent } from "@tallyman/events";
import type pg from "pg";
import { ACTOR_DAY_FIELDS, ACTOR_DAYS, actorDaysOf } from "../actor-days/actor-days-of.ts";
import { columns, run } from "../transaction.ts";

const TEXT = `
insert into ${ACTOR_DAYS}
${actorDaysOf(`(
  select * from unnest(
    $1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
    as late (registry, actor_name, occurred_at, repository, action, operation, target_kind, size_bytes)
)`)}`;

/**
 * Adds events of days that are summed up already to the sums by actor, as rows of their own.
 *
 * @param addedUntil the UTC day before which they are; `-infinity` sorts before all days
 */
export async function insertActorDays(
  client: pg.ClientBase,
  rows: readonly TrackingEvent[],
  addedUntil: string,
): Promise<void> {
  const late = rows.filter(
    ({ actorName, occurredAt }) => actorName !== null && dayOf(occurredAt) < addedUntil,
  );
  if (late.length === 0) return;
  await run(client, "insert-actor-days", TEXT, columns(late, ACTOR_DAY_FIELDS));
}
