import type { Notification } from "@tallyman/events";

/**
 * Where ingest leaves notifications and the worker finds them. Delivery is at least once and in no certain order; the
 * database recognises what arrives twice.
 */
export interface NotificationQueue {
  /**
   * Stores notifications together, durably: all of them or none.
   *
   * @throws when the queue cannot be reached or does not answer in time. Then they may be stored all the same, so the
   * caller must treat them as unknown and never as lost.
   */
  enqueue(notifications: readonly Notification[]): Promise<void>;

  /** What the queue holds now. @throws when the queue cannot be reached */
  depth(): Promise<QueueDepth>;

  /** Lets go of the connections. Safe to call twice. */
  close(): Promise<void>;
}

/** Jobs by state. A job is what one call of `enqueue` stored. */
export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
}

/**
 * Takes care of one job's notifications; they are done, and leave the queue, when the promise resolves.
 *
 * @throws HandlerStoppedError to hand the job back untouched, because this process is about to stop
 */
export type NotificationHandler = (notifications: readonly Notification[]) => Promise<void>;

/** Hands notifications to a handler, many jobs at once. */
export interface NotificationConsumer {
  /** Takes no new jobs, waits until the handler has finished with those it has, and lets go of the connections. */
  close(): Promise<void>;
}

/** A handler's way to say that it stops before the job is done; the job goes back to the queue, no attempt is used up. */
export class HandlerStoppedError extends Error {
  override readonly name = "HandlerStoppedError";
}
