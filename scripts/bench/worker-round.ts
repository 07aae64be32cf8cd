import { startApp } from "./app-process.ts";
import type { BenchContext } from "./bench-context.ts";
import { startChildProgram, stopChild } from "./child-program.ts";
import { cpuSeconds, familyCpuSeconds } from "./cpu-time.ts";
import type { Round } from "./measurement.ts";
import { fillOurQueue, fillTextbookQueue, type Prefill } from "./prefill.ts";
import { allNumbers, checkTracked, untilVisible } from "./tracked.ts";

/** Events of the workload far from those that are measured: what a warm-up takes. */
const WARM_UP_INDEX = 50_000_000;

export interface WorkerRoundOptions {
  readonly contender: "ours" | "textbook";
  readonly databaseUrl: string;
  /** Notifications in a job. */
  readonly groupSize: number;
  readonly warmUpEvents: number;
  readonly events: number;
  readonly firstIndex?: number;
  /** Events that are tracked already and count in nothing. */
  readonly presentEvents?: number;
  /** Whether Postgres writes everything to the disk before the clock starts; true unless given. */
  readonly checkpoint?: boolean;
}

export interface WorkerRound extends Round {
  /** Bytes; only of ours. */
  readonly peakMemory: number;
}

/**
 * One round of a worker: it warms up on some events, is halted while the queue is filled, and then the clock runs until
 * the last event is visible.
 */
export async function runWorkerRound(
  context: BenchContext,
  options: WorkerRoundOptions,
): Promise<WorkerRound> {
  const { contender, databaseUrl, warmUpEvents, events, presentEvents = 0 } = options;
  const { redis, databases, services, nextRun } = context;
  await redis.flushall();
  const worker = await startWorker(context, contender, databaseUrl);
  try {
    const fill = (prefill: Prefill): Promise<void> =>
      contender === "ours" ? fillOurQueue(prefill, options.groupSize) : fillTextbookQueue(prefill);
    const queueUrl = services.redis.url;
    const warmUpRun = nextRun();
    const run = nextRun();
    const firstIndex = options.firstIndex ?? 0;
    await fill({ queueUrl, run: warmUpRun, events: warmUpEvents, firstIndex: WARM_UP_INDEX });
    await untilVisible(databaseUrl, presentEvents + warmUpEvents, () => undefined);
    worker.suspend();
    await fill({ queueUrl, run, events, firstIndex });
    if (options.checkpoint ?? true) await databases.checkpoint();

    const postgresPid = await databases.serverPid();
    const cpuSoFar = async () => [
      await cpuSeconds(worker.pid),
      await cpuSeconds(services.redis.pid),
      await familyCpuSeconds(postgresPid),
    ];
    const before = await cpuSoFar();
    const walBefore = await databases.walBytes();
    const startedAt = performance.now();
    worker.resume();
    await untilVisible(databaseUrl, presentEvents + warmUpEvents + events, () => undefined);
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = await cpuSoFar();
    const walBytes = ((await databases.walBytes()) - walBefore) / events;
    const peakMemory = await worker.peakMemory();
    await worker.stop();
    await checkTracked(databaseUrl, allNumbers(run, events));
    await checkTracked(databaseUrl, allNumbers(warmUpRun, warmUpEvents));
    const [cpuMicros = 0, redisMicros = 0, postgresMicros = 0] = after.map(
      (cpu, index) => ((cpu - (before[index] ?? 0)) / events) * 1e6,
    );
    return { rate: events / seconds, cpuMicros, redisMicros, postgresMicros, walBytes, peakMemory };
  } finally {
    await worker.stop();
  }
}

async function startWorker(
  { services, logDirectory }: BenchContext,
  contender: "ours" | "textbook",
  databaseUrl: string,
) {
  const environment = { QUEUE_URL: services.redis.url, DATABASE_URL: databaseUrl };
  if (contender === "ours") return startApp("worker", environment, logDirectory);
  const { child } = await startChildProgram("textbook/worker.ts", environment);
  return {
    pid: child.pid ?? 0,
    stop: () => stopChild(child),
    peakMemory: () => Promise.resolve(Number.NaN),
    suspend: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
  };
}
