import type { createPool } from "@tallyman/database";

/** What workers would have told of the queue a moment ago. */
export async function believableQueue(
  pool: ReturnType<typeof createPool>,
  now: Date,
): Promise<void> {
  await pool.query(
    `insert into tallyman.queue_state (waiting, active, delayed, failed, oldest_waiting_since, told_at)
     values (0, 2, 0, 0, null, $1::timestamptz - interval '3 seconds')`,
    [now],
  );
  await pool.query(
    `insert into tallyman.last_receipts (registry, last_received_at, last_counted_at)
     select registry, max(received_at), max(received_at) from tracking_events group by registry`,
  );
}
