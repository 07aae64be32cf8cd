import { setTimeout as wait } from "node:timers/promises";
import {
  openJobQueue,
  retryStrategy,
  type JobQueue,
  type QueueLocation,
} from "./bullmq-backend.ts";
import { Reopening } from "./reopening.ts";

/** Often enough that nobody waits long for an event, seldom enough that a job which fails at once costs nothing. */
const INTERVAL_MS = 60_000;

/** Jobs in memory at once; each may be a few megabytes. */
const PAGE = 10;

/** A server that does not answer for so long is asked again with the next round. */
const TIMEOUT_MS = 5_000;

/** BullMQ's codes for a job that is gone, or not failed any more: another worker was faster. */
const OVERTAKEN: ReadonlySet<unknown> = new Set([-1, -3]);

export interface FailedJobSweepOptions {
  readonly location: QueueLocation;
  /** Hears how many jobs were put back, when there were any. */
  readonly onSwept: (jobs: number) => void;
  readonly onError: (error: Error) => void;
  readonly intervalMs?: number;
}

/**
 * Puts jobs that BullMQ has marked as failed back into the queue, at the start and then now and again. They hold
 * acknowledged events, and counting them twice is harmless; so no failure is for ever. Several workers may sweep.
 */
export class FailedJobSweep {
  readonly #options: FailedJobSweepOptions;
  readonly #queue: Reopening<JobQueue>;
  readonly #stop = new AbortController();
  /** Begins when the queue was reached. */
  #running: Promise<void> | undefined;

  constructor(options: FailedJobSweepOptions) {
    this.#options = options;
    this.#queue = new Reopening(
      () =>
        openJobQueue(
          options.location,
          { commandTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS, retryStrategy },
          { max: 1, query_timeout: TIMEOUT_MS, keepAlive: true },
        ),
      options.onError,
      (queue) => {
        this.#running = this.#run(queue);
      },
    );
  }

  /** Finishes the job at hand and lets go of the connections. Safe to call twice. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#queue.close();
  }

  async #run(queue: JobQueue): Promise<void> {
    const { intervalMs = INTERVAL_MS, onError } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#sweep(queue).catch((error: unknown) => onError(error as Error));
      await wait(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #sweep(queue: JobQueue): Promise<void> {
    let swept = 0;
    try {
      // No more than there are now: one that fails again at once must wait for the next round.
      let left = (await queue.getJobCounts("failed"))["failed"] ?? 0;
      while (left > 0 && !this.#stop.signal.aborted) {
        const jobs = await queue.getJobs(["failed"], 0, Math.min(PAGE, left) - 1, true);
        if (jobs.length === 0) break;
        for (const job of jobs) if (await putBack(job)) swept++;
        left -= jobs.length;
      }
    } finally {
      if (swept > 0) this.#options.onSwept(swept);
    }
  }
}

/** @returns false when somebody else was faster */
async function putBack(job: { retry(state: "failed"): Promise<void> }): Promise<boolean> {
  try {
    await job.retry("failed");
    return true;
  } catch (error) {
    if (OVERTAKEN.has((error as { code?: unknown }).code)) return false;
    throw error;
  }
}
