import type { Notification } from "@tallyman/events";
import type { NotificationQueue, QueueDepth } from "./notification-queue.ts";

/** Takes nothing while there is a reason not to; what is in the queue already can always be worked off. */
export class GuardedQueue implements NotificationQueue {
  readonly #queue: NotificationQueue;
  readonly #guard: { readonly refusal: string | undefined };

  constructor(queue: NotificationQueue, guard: { readonly refusal: string | undefined }) {
    this.#queue = queue;
    this.#guard = guard;
  }

  async enqueue(notifications: readonly Notification[]): Promise<void> {
    const { refusal } = this.#guard;
    if (refusal !== undefined) throw new Error(refusal);
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
