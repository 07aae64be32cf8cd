import type pg from "pg";

/** Where the pipeline stands, as a worker sees it. */
export interface PipelineState {
  /** Jobs by state. */
  readonly depth: {
    readonly waiting: number;
    readonly active: number;
    readonly delayed: number;
    readonly failed: number;
  };
  /** When the oldest waiting job was stored; null when none waits. */
  readonly oldestWaitingSince: Date | null;
  /** By registry, the receipt of the latest notification that is counted, RFC 3339. */
  readonly receipts: ReadonlyMap<string, string>;
}

const QUEUE_STATE = `
insert into tallyman.queue_state (waiting, active, delayed, failed, oldest_waiting_since, told_at)
values ($1, $2, $3, $4, $5, clock_timestamp())
on conflict (only_row) do update set waiting = excluded.waiting, active = excluded.active,
  delayed = excluded.delayed, failed = excluded.failed,
  oldest_waiting_since = excluded.oldest_waiting_since, told_at = excluded.told_at`;

/** Several workers tell; the latest receipt stays. Sorted, so that they never wait for each other in a circle. */
const RECEIPTS = `
insert into tallyman.last_receipts (registry, last_received_at, last_counted_at)
select registry, last_received_at, clock_timestamp()
from unnest($1::text[], $2::timestamptz[]) as told (registry, last_received_at)
order by registry
on conflict (registry) do update
set last_received_at = excluded.last_received_at, last_counted_at = excluded.last_counted_at
where last_receipts.last_received_at < excluded.last_received_at`;

/** Writes down where the pipeline stands, for everybody who reads the numbers. */
export async function tellPipeline(
  pool: pg.Pool,
  { depth, oldestWaitingSince, receipts }: PipelineState,
): Promise<void> {
  const { waiting, active, delayed, failed } = depth;
  await pool.query(QUEUE_STATE, [waiting, active, delayed, failed, oldestWaitingSince]);
  if (receipts.size > 0) await pool.query(RECEIPTS, [[...receipts.keys()], [...receipts.values()]]);
}
