import type { DailyDelta } from "@tallyman/events";
import type pg from "pg";
import { columns, run } from "../transaction.ts";

const TEXT = `
insert into event_rollups as r (registry, day, action, events, bytes, repositories_created)
select * from unnest($1::text[], $2::date[], $3::text[], $4::bigint[], $5::numeric[], $6::bigint[])
on conflict (registry, day, action) do update set
  events = r.events + excluded.events,
  bytes = r.bytes + excluded.bytes,
  repositories_created = r.repositories_created + excluded.repositories_created`;

/** Adds to `event_rollups`. */
export async function upsertEventRollups(
  client: pg.ClientBase,
  deltas: readonly DailyDelta[],
): Promise<void> {
  const values = columns(deltas, [
    "registry",
    "day",
    "action",
    "events",
    "bytes",
    "repositoriesCreated",
  ]);
  await run(client, "upsert-event-rollups", TEXT, values);
}
