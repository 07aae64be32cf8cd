import type { Notification } from "@tallyman/events";
import type { JobsOptions } from "bullmq";
import {
  openJobQueue,
  retryStrategy,
  type JobQueue,
  type QueueLocation,
} from "./bullmq-backend.ts";
import { packJob } from "./job-data.ts";
import type { NotificationQueue, QueueDepth } from "./notification-queue.ts";
import { oldestWaiting } from "./oldest-waiting.ts";
import { depthOf } from "./queue-depth.ts";
import { Reopening } from "./reopening.ts";

/**
 * A command that Redis or Postgres has not answered by then is given up. It is ingest's whole budget for an answer
 * (400 ms), so that nothing piles up behind a frozen queue; ingest itself has answered 503 by then.
 */
const COMMAND_TIMEOUT_MS = 400;

/** To reach Redis. Nobody waits for it: meanwhile the answer is 503. */
const CONNECT_TIMEOUT_MS = 2_000;

const JOB_OPTIONS: JobsOptions = {
  removeOnComplete: true,
  // A failed job still holds acknowledged events: it is kept until somebody has looked after it.
  removeOnFail: false,
  // BullMQ's default of one attempt would fail the job at the first hiccup of the database.
  attempts: 1_000_000,
  backoff: { type: "fixed", delay: 5_000 },
  // A failing job's stack is in the worker's log; kept per attempt it would fill Redis.
  stackTraceLimit: 1,
};

/** The notification queue on BullMQ, in Redis or in Postgres. */
export class BullmqQueue implements NotificationQueue {
  readonly #queue: Reopening<JobQueue>;

  /**
   * Need not find the queue's server there: calls fail until it is.
   *
   * @param onError hears of connection trouble; calls may be frequent while the queue is away
   */
  constructor(location: QueueLocation, onError: (error: Error) => void) {
    const open = () =>
      openJobQueue(
        location,
        {
          // Without a connection a command fails at once instead of waiting in memory for one.
          enableOfflineQueue: false,
          maxRetriesPerRequest: 0,
          // Unanswered commands are not sent again on the next connection: ingest has long said 503.
          autoResendUnfulfilledCommands: false,
          commandTimeout: COMMAND_TIMEOUT_MS,
          // A Redis that stands still is left: what was sent to it and not read would pile up in memory, half a
          // megabyte per attempt. While the next connection is not ready, nothing more is sent.
          socketTimeout: COMMAND_TIMEOUT_MS,
          connectTimeout: CONNECT_TIMEOUT_MS,
          retryStrategy,
        },
        {
          max: 4,
          query_timeout: COMMAND_TIMEOUT_MS,
          connectionTimeoutMillis: COMMAND_TIMEOUT_MS,
          keepAlive: true,
        },
      );
    this.#queue = new Reopening(open, onError);
  }

  async enqueue(notifications: readonly Notification[]): Promise<void> {
    const queue = await this.#queue.get(COMMAND_TIMEOUT_MS);
    await queue.add("notifications", packJob(notifications), JOB_OPTIONS);
  }

  async depth(): Promise<QueueDepth> {
    const queue = await this.#queue.get(COMMAND_TIMEOUT_MS);
    return depthOf(queue);
  }

  /** When the oldest waiting job was stored; null when none waits. @throws when the queue cannot be reached */
  async oldestWaitingSince(): Promise<Date | null> {
    const queue = await this.#queue.get(COMMAND_TIMEOUT_MS);
    return (await oldestWaiting(queue)) ?? null;
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}
