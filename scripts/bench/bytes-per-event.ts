import type { BenchContext } from "./bench-context.ts";
import { bodiesOf, fillOurQueue } from "./prefill.ts";
import { FULL_JOB } from "./stages/worker.ts";
import type { TableSize } from "./table-sizes.ts";

/** What one event costs to keep, in bytes. */
export interface BytesPerEvent {
  /** All tables and indexes, by the number of tracked events. */
  readonly postgres: number;
  /** While it waits in the queue, in jobs of 500 and alone in its job. */
  readonly redisGrouped: number;
  readonly redisSingly: number;
  /** What the sender wrote. */
  readonly body: number;
}

const EVENTS = 20_000;

/** @param sizes of a database with so many tracked events */
export async function bytesPerEvent(
  context: BenchContext,
  sizes: readonly TableSize[],
  trackedEvents: number,
): Promise<BytesPerEvent> {
  const bytes = sizes.reduce((sum, size) => sum + size.tableBytes + size.indexBytes, 0);
  const bodies = bodiesOf({ run: context.nextRun(), events: EVENTS, firstIndex: 0 });
  return {
    postgres: bytes / trackedEvents,
    redisGrouped: await queuedBytes(context, FULL_JOB),
    redisSingly: await queuedBytes(context, 1),
    body: bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / EVENTS,
  };
}

async function queuedBytes(
  { redis, services, nextRun }: BenchContext,
  groupSize: number,
): Promise<number> {
  await redis.flushall();
  const before = await usedMemory();
  await fillOurQueue(
    { queueUrl: services.redis.url, run: nextRun(), events: EVENTS, firstIndex: 0 },
    groupSize,
  );
  const after = await usedMemory();
  await redis.flushall();
  return (after - before) / EVENTS;

  async function usedMemory(): Promise<number> {
    const info = await redis.info("memory");
    return Number(/used_memory:(\d+)/.exec(info)?.[1]);
  }
}
