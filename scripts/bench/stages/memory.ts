import { setTimeout as delay } from "node:timers/promises";
import { REGISTRY, SECRET, startApp } from "../app-process.ts";
import type { BenchContext } from "../bench-context.ts";

/** Senders that wait at once: far more than registries have, since one registry sends one request at a time. */
export const STALLED_CONNECTIONS = 1_000;

const DISTINCT_EVENTS = 5_000;

/** Seconds of load before Redis is stopped, so that ingest is warm. */
const LEAD_SECONDS = 1;

export interface MemoryResult {
  /** Most resident memory of ingest in bytes, with Redis halted under full load. */
  readonly stalledIngest: number;
  /** Requests that were refused with 503 meanwhile. */
  readonly refused: number;
}

/** Halts Redis under full load: what arrives must be refused in time, and not pile up in memory. */
export async function measureMemory(context: BenchContext): Promise<MemoryResult> {
  const { plan, progress, services, redis, load, nextRun } = context;
  progress.stage("memory");
  await redis.flushall();
  const ingest = await startApp(
    "ingest",
    { QUEUE_URL: services.redis.url, NOTIFICATION_SECRETS: `${REGISTRY}=${SECRET}` },
    context.logDirectory,
  );
  try {
    const running = load.run({
      port: ingest.port,
      authorization: `Bearer ${SECRET}`,
      connections: STALLED_CONNECTIONS,
      keepAlive: true,
      seconds: LEAD_SECONDS + plan.memorySeconds,
      run: nextRun(),
      distinctEvents: DISTINCT_EVENTS,
    });
    await delay(LEAD_SECONDS * 1_000);
    process.kill(services.redis.pid, "SIGSTOP");
    const result = await running.finally(() => process.kill(services.redis.pid, "SIGCONT"));
    const stalledIngest = await ingest.peakMemory();
    const refused = result.refused[503] ?? 0;
    progress.done(
      `ingest with Redis halted: ${Math.round(stalledIngest / 1e6)} MB, ${refused} refused with 503`,
    );
    return { stalledIngest, refused };
  } finally {
    await ingest.stop();
    await redis.flushall();
  }
}
