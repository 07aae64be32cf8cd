import { setTimeout as wait } from "node:timers/promises";
import type { Notification } from "@tallyman/events";
import type { NotificationQueue, QueueDepth } from "@tallyman/queue";
import { withDeadline, type Logger } from "@tallyman/runtime";
import type { Spool } from "./spool.ts";

/**
 * What a healthy queue needs many times over (it stores in 1 to 20 ms). Of the 350 ms that a group may wait it leaves
 * 200 for two fsyncs: its own, and that of the group before it.
 */
const QUEUE_TIMEOUT_MS = 150;

/** The queue ends its own commands after 400 ms; this is for one that never answers at all. */
const DRAIN_TIMEOUT_MS = 2_000;

/** How soon a queue that is back is noticed. */
const PROBE_INTERVAL_MS = 500;

/**
 * 20 MB a second, so a full spool is empty after a minute. The queue's memory is looked at once a second and its reserve
 * is a fifth of `maxmemory`: drained as fast as the disk can, a spool could fill it between two looks.
 */
const DRAIN_BYTES_PER_MS = 20_000;

export interface SpoolingQueueOptions {
  readonly queue: NotificationQueue;
  readonly spool: Spool;
  readonly logger: Pick<Logger, "info" | "warn">;
  /** Hears why the queue did not take something; may be called often. */
  readonly onError: (error: Error) => void;
}

/**
 * Stores in the queue, and on the disk while the queue is away, slow, or refuses because it is nearly full. Whatever the
 * reason, the first failure sends everything to the spool until the queue has proved to be back; then what was spooled
 * follows, oldest first, beside what arrives. Something may reach the queue twice: the database recognises it.
 */
export class SpoolingQueue implements NotificationQueue {
  readonly #options: SpoolingQueueOptions;
  readonly #stop = new AbortController();
  readonly #draining: Promise<void>;
  #isAway = false;
  #wake: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SpoolingQueueOptions) {
    this.#options = options;
    this.#draining = this.#drain();
  }

  /** @throws when neither the queue nor the disk has confirmed */
  async enqueue(notifications: readonly Notification[]): Promise<void> {
    const { queue, spool } = this.#options;
    if (!this.#isAway) {
      try {
        await withDeadline(queue.enqueue(notifications), QUEUE_TIMEOUT_MS, "storing in the queue");
        return;
      } catch (error) {
        this.#setAway(error as Error);
      }
    }
    try {
      await spool.append(notifications);
    } finally {
      this.#wake();
    }
  }

  depth(): Promise<QueueDepth> {
    return this.#options.queue.depth();
  }

  /** Resolves while notifications can be stored here or there. @throws with the reason when not */
  async ready(): Promise<void> {
    const { queue, spool } = this.#options;
    const { refusal } = spool;
    if (refusal === undefined) return;
    try {
      await queue.depth();
    } catch (error) {
      const reason = (error as Error).message;
      throw new Error(`${reason} The spool cannot help: ${refusal}.`, { cause: error });
    }
  }

  /** Stops draining; what is spooled waits on the disk for the next start. Safe to call twice. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#draining;
    await this.#options.spool.close();
    await this.#options.queue.close();
  }

  async #drain(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#drainNext();
      } catch (error) {
        this.#options.onError(error as Error);
        await this.#probe();
        await wait(PROBE_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #drainNext(): Promise<void> {
    const { queue, spool } = this.#options;
    const awake = new Promise<void>((resolve) => (this.#wake = resolve));
    const batch = await spool.next();
    if (batch === undefined) {
      // The disk may have refused as well; then nothing waits, and only the queue itself can say that it is back.
      await (this.#isAway ? this.#askQueue() : awake);
      return;
    }
    await withDeadline(queue.enqueue(batch.notifications), DRAIN_TIMEOUT_MS, "draining the spool");
    this.#setBack();
    await spool.commit(batch);
    const { signal } = this.#stop;
    await wait(batch.bytes / DRAIN_BYTES_PER_MS, undefined, { signal }).catch(() => undefined);
  }

  /** The oldest batch may be refused for its own sake: when the queue answers, others get their chance. */
  async #probe(): Promise<void> {
    if (this.#isAway) await this.#askQueue().catch(() => undefined);
  }

  async #askQueue(): Promise<void> {
    await withDeadline(this.#options.queue.depth(), DRAIN_TIMEOUT_MS, "asking the queue");
    this.#setBack();
  }

  #setAway(error: Error): void {
    this.#options.onError(error);
    if (this.#isAway) return;
    this.#isAway = true;
    this.#options.logger.warn("the queue does not take notifications, the spool does");
  }

  #setBack(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#options.logger.info("the queue takes notifications again", this.#options.spool.state);
  }
}
