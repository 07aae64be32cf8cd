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
const JOB_LOCKS: JobLocks = { durationMs: 30_000, checkIntervalMs: 15_000 };

/**
 * BullMQ fails a job whose worker died more often than this, with a default of 1: two crashes and acknowledged events
 * would be gone from the queue. Each crash is harmless here, so there is no number that should fail a job.
 */
const MAX_STALLED_COUNT = 1_000_000;

/** A lost queue is tried again after this; BullMQ's default of 15 s would leave the worker idle for long. */
const RETRY_DELAY_MS = 1_000;

export interface BullmqConsumerOptions {
  readonly location: QueueLocation;
  readonly handle: NotificationHandler;
  /** How many jobs may be with the handler at once. */
  readonly concurrency: number;
  /** How many notifications shall be; fewer jobs are taken when they are large. No limit unless given. */
  readonly maxNotifications?: number;
  readonly locks?: JobLocks;
  readonly onError: (error: Error) => void;
}

/** Hands the jobs of the BullMQ queue to a handler; a job leaves the queue when its handler's promise resolves. */
export class BullmqConsumer implements NotificationConsumer {
  readonly #worker: Reopening<JobWorker>;

  constructor(options: BullmqConsumerOptions) {
    const allowance = new JobAllowance({
      jobs: options.concurrency,
      notifications: options.maxNotifications ?? Infinity,
    });
    let current: JobWorker | undefined;
    const process = async (job: Job<unknown>, token?: string): Promise<void> => {
      if (current !== undefined) {
        current.concurrency = allowance.after(job.data.notifications.length);
      }
      try {
        await options.handle(parseJobData(job.data, job.timestamp));
      } catch (error) {
        if (!(error instanceof HandlerStoppedError)) throw error;
        await job.moveToWait(token);
        throw new WaitingError();
      }
    };
    const { durationMs, checkIntervalMs } = options.locks ?? JOB_LOCKS;
    const open = () =>
      openJobWorker(options.location, process, {
        concurrency: options.concurrency,
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

  close(): Promise<void> {
    return this.#worker.close();
  }
}
