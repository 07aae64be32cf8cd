import { setTimeout as wait } from "node:timers/promises";
import { WaitingError, type Job } from "bullmq";
import { JobAllowance } from "./job-allowance.ts";
import { openJobWorker, type JobWorker, type QueueLocation } from "./bullmq-backend.ts";
import {
  HandlerStoppedError,
  type NotificationConsumer,
  type NotificationHandler,
} from "./notification-queue.ts";
import { parseJobData } from "./parse-job-data.ts";
import { Reopening } from "./reopening.ts";

/** When a job whose worker has died is given to another one. Milliseconds. */
export interface JobLocks {
  /** A worker that has not renewed its lock on a job for so long has lost it. */
  readonly durationMs: number;
  /** How often workers look for such jobs. */
  readonly checkIntervalMs: number;
}

/** Long enough for a pause of the process, short enough that a crash delays its events by less than a minute. */
const JOB_LOCK_MS = 30_000;

/** Between two looks for jobs without a lock: so much later at most a dead worker's jobs are with another one. */
const STALLED_CHECK_INTERVAL_MS = 15_000;

const JOB_LOCKS: JobLocks = {
  durationMs: JOB_LOCK_MS,
  checkIntervalMs: STALLED_CHECK_INTERVAL_MS,
};

/**
 * BullMQ fails a job whose worker died more often than this, with a default of 1: two crashes and acknowledged events
 * would be gone from the queue. Each crash is harmless here, so there is no number that should fail a job.
 */
const MAX_STALLED_COUNT = 1_000_000;

/** A lost queue is tried again after this; BullMQ's default of 15 s would leave the worker idle for long. */
const RETRY_DELAY_MS = 1_000;

/**
 * BullMQ closes a worker when the queue has been told of every job's end. A queue that is away cannot be told: the
 * process would wait until it is killed. After this long it is left as after a crash, and its jobs go to another worker.
 */
const CLOSE_LIMIT_MS = 10_000;

export interface BullmqConsumerOptions {
  readonly location: QueueLocation;
  readonly handle: NotificationHandler;
  /** How many jobs may be with the handler at once. */
  readonly concurrency: number;
  /** How many notifications may be with the handler before no further job is taken. No limit unless given. */
  readonly maxNotifications?: number;
  /** How many characters their bodies may have before no further job is taken. No limit unless given. */
  readonly maxCharacters?: number;
  readonly locks?: JobLocks;
  /** Milliseconds that closing may take. */
  readonly closeLimitMs?: number;
  readonly onError: (error: Error) => void;
}

/** Hands the jobs of the BullMQ queue to a handler; a job leaves the queue when its handler's promise resolves. */
export class BullmqConsumer implements NotificationConsumer {
  readonly #worker: Reopening<JobWorker>;
  readonly #closeLimitMs: number;

  constructor(options: BullmqConsumerOptions) {
    this.#closeLimitMs = options.closeLimitMs ?? CLOSE_LIMIT_MS;
    const allowance = new JobAllowance({
      jobs: options.concurrency,
      notifications: options.maxNotifications ?? Infinity,
      characters: options.maxCharacters ?? Infinity,
    });
    let current: JobWorker | undefined;
    const process = async (job: Job<unknown>, token?: string): Promise<void> => {
      const notifications = parseJobData(job.data, job.timestamp);
      const end = allowance.begin(notifications);
      if (current !== undefined) current.concurrency = allowance.jobs;
      try {
        await options.handle(notifications);
      } catch (error) {
        if (!(error instanceof HandlerStoppedError)) throw error;
        await job.moveToWait(token);
        throw new WaitingError();
      } finally {
        end();
      }
    };
    const { durationMs, checkIntervalMs } = options.locks ?? JOB_LOCKS;
    const open = () =>
      openJobWorker(options.location, process, {
        concurrency: allowance.jobs,
        lockDuration: durationMs,
        stalledInterval: checkIntervalMs,
        maxStalledCount: MAX_STALLED_COUNT,
        runRetryDelay: RETRY_DELAY_MS,
      });
    this.#worker = new Reopening(open, options.onError, (worker) => {
      current = worker;
      worker.run().catch(options.onError);
    });
  }

  async close(): Promise<void> {
    const limit = new AbortController();
    const { signal } = limit;
    const limited = wait(this.#closeLimitMs, undefined, { signal }).catch(() => undefined);
    await Promise.race([this.#worker.close(), limited]);
    limit.abort();
  }
}
