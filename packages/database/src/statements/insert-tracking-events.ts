import type { TrackingEvent } from "@tallyman/events";
import type pg from "pg";
import { columns, run } from "../transaction.ts";

const TEXT = `
insert into tracking_events (
  event_id, registry, occurred_at, received_at, timestamp_source, operation, target_kind, action,
  created_repository, repository, tag, digest, media_type, size_bytes, actor_name, actor_type, user_id,
  user_agent, request_id, source_instance)
select * from unnest(
  $1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::boolean[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::text[], $16::text[],
  $17::bigint[], $18::text[], $19::text[], $20::text[])`;

/** Writes the tracking rows of a batch. */
export async function insertTrackingEvents(
  client: pg.ClientBase,
  events: readonly TrackingEvent[],
): Promise<void> {
  const values = columns(events, [
    "eventId",
    "registry",
    "occurredAt",
    "receivedAt",
    "timestampSource",
    "operation",
    "targetKind",
    "action",
    "createdRepository",
    "repository",
    "tag",
    "digest",
    "mediaType",
    "sizeBytes",
    "actorName",
    "actorType",
    "userId",
    "userAgent",
    "requestId",
    "sourceInstance",
  ]);
  await run(client, "insert-tracking-events", TEXT, values);
}
