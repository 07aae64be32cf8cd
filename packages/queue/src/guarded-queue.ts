import type { Notification } from "@tallyman/events";
import type { NotificationQueue, QueueDepth } from "./notification-queue.ts";

/** Says whether a queue may be given something, and is told what it is given. */
export interface QueueGuard {
  /** Why nothing may be given to it now; undefined when all is well. */
  readonly refusal: string | undefined;
  sending(notifications: readonly Notification[]): void;
}

/** Takes nothing while there is a reason not to; what is in the queue already can always be worked off. */
export class GuardedQueue implements NotificationQueue {
  readonly #queue: NotificationQueue;
  readonly #guard: QueueGuard;

  constructor(queue: NotificationQueue, guard: QueueGuard) {
    this.#queue = queue;
    this.#guard = guard;
  }

  async enqueue(notifications: readonly Notification[]): Promise<void> {
    const { refusal } = this.#guard;
    if (refusal !== undefined) throw new Error(refusal);
    this.#guard.sending(notifications);
    await this.#queue.enqueue(notifications);
  }

  depth(): Promise<QueueDepth> {
    const { refusal } = this.#guard;
    return refusal === undefined ? this.#queue.depth() : Promise.reject(new Error(refusal));
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}
