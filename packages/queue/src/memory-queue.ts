import type { Notification } from "@tallyman/events";
import {
  HandlerStoppedError,
  type NotificationConsumer,
  type NotificationHandler,
  type NotificationQueue,
  type QueueDepth,
} from "./notification-queue.ts";

/** The queue's twin for tests that need no Redis; it passes the same contract suite. Nothing in it survives. */
export class MemoryQueue implements NotificationQueue {
  readonly #waiting: (readonly Notification[])[] = [];
  readonly #consumers = new Set<() => void>();
  #active = 0;
  #closed = false;

  async enqueue(notifications: readonly Notification[]): Promise<void> {
    if (this.#closed) throw new Error("The queue is closed.");
    this.#waiting.push(structuredClone(notifications));
    this.#wake();
  }

  async depth(): Promise<QueueDepth> {
    return { waiting: this.#waiting.length, active: this.#active, delayed: 0, failed: 0 };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** Starts handing jobs to a handler. A job whose handler fails is handed out again. */
  consume(handle: NotificationHandler, concurrency: number): NotificationConsumer {
    const running = new Set<Promise<void>>();
    let stopped = false;
    const take = (): void => {
      while (!stopped && running.size < concurrency) {
        const job = this.#waiting.shift();
        if (job === undefined) return;
        const run = this.#handle(job, handle).finally(() => {
          running.delete(run);
          take();
        });
        running.add(run);
      }
    };
    this.#consumers.add(take);
    take();
    return {
      close: async () => {
        stopped = true;
        this.#consumers.delete(take);
        await Promise.all(running);
      },
    };
  }

  async #handle(job: readonly Notification[], handle: NotificationHandler): Promise<void> {
    this.#active++;
    try {
      await handle(job);
    } catch (error) {
      if (error instanceof HandlerStoppedError) this.#waiting.unshift(job);
      else this.#waiting.push(job);
    } finally {
      this.#active--;
    }
  }

  #wake(): void {
    for (const take of this.#consumers) take();
  }
}
