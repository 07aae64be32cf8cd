import type { Rejection } from "@tallyman/events";
import type pg from "pg";
import { columns, run } from "../transaction.ts";

const TEXT = `
insert into rejected_events (registry, received_at, reason, detail, event_id, payload)
select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[])`;

/** Sets the rejected events of a batch aside. */
export async function insertRejectedEvents(
  client: pg.ClientBase,
  rejections: readonly Rejection[],
): Promise<void> {
  const values = columns(rejections, [
    "registry",
    "receivedAt",
    "reason",
    "detail",
    "eventId",
    "payload",
  ]);
  await run(client, "insert-rejected-events", TEXT, values);
}
