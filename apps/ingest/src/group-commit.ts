import { setImmediate as nextTurn } from "node:timers/promises";
import type { Notification } from "@tallyman/events";
import type { NotificationQueue } from "@tallyman/queue";

/** The queue did not confirm in time, or failed; whether it has the notification is unknown. */
export class QueueUnavailableError extends Error {
  override readonly name = "QueueUnavailableError";
}

export interface GroupCommitLimits {
  /** Milliseconds after which a waiting notification is given up. */
  readonly timeoutMs: number;
  /** Most notifications in one job. */
  readonly maxCount: number;
  /** Most bytes of bodies in one job, unless a single body is larger. */
  readonly maxBytes: number;
  /** Most bytes of bodies in memory, over all groups, unless a single body is larger. */
  readonly maxWaitingBytes: number;
}

/** Until the queue has confirmed a group. It leaves 50 ms of the promised 400 for reading the body and for the answer. */
const CONFIRM_TIMEOUT_MS = 350;

/**
 * A job of half a megabyte is stored in a few milliseconds and is one step for the worker; the waiting limit keeps the
 * process far below 200 MB while the queue stands still.
 */
export const GROUP_COMMIT_LIMITS: GroupCommitLimits = {
  timeoutMs: CONFIRM_TIMEOUT_MS,
  maxCount: 500,
  maxBytes: 524_288,
  maxWaitingBytes: 33_554_432,
};

/**
 * A group of fewer that has gathered during another's commit lets one turn of the event loop pass. With a connection per
 * request, as registries deliver, what that turn reads makes groups large enough for an eighth more acknowledgements
 * per second; with keep-alive connections they are as large anyway.
 */
const FEW = 32;

/** Notifications that are stored together, as one job. */
interface Group {
  readonly notifications: Notification[];
  /** One promise for all of them: under load a promise each would cost more than its answer. */
  readonly stored: Promise<void>;
  readonly settle: (error?: Error) => void;
  bytes: number;
}

/**
 * Stores notifications in groups. While one group is being stored, arriving notifications gather in the next; each is
 * confirmed when its group is stored. Alone, a notification waits for nobody; under load one write and one fsync serve
 * hundreds.
 */
export class GroupCommit {
  readonly #queue: NotificationQueue;
  readonly #limits: GroupCommitLimits;
  readonly #groups: Group[] = [];
  #waitingBytes = 0;
  #storing = false;

  constructor(queue: NotificationQueue, limits: GroupCommitLimits = GROUP_COMMIT_LIMITS) {
    this.#queue = queue;
    this.#limits = limits;
  }

  /**
   * Resolves when the queue has the notification durably.
   *
   * @param bytes size of the notification's body
   * @throws QueueUnavailableError
   */
  store(notification: Notification, bytes: number): Promise<void> {
    // One alone is always taken, however large the operator lets bodies be: else its registry would wait for ever.
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#limits.maxWaitingBytes) {
      return Promise.reject(new QueueUnavailableError("too much is waiting for the queue"));
    }
    const group = this.#groupFor(bytes);
    group.notifications.push(notification);
    group.bytes += bytes;
    this.#waitingBytes += bytes;
    if (!this.#storing) {
      this.#storing = true;
      void this.#storeAll();
    }
    return group.stored;
  }

  #groupFor(bytes: number): Group {
    const { maxCount, maxBytes, timeoutMs } = this.#limits;
    const last = this.#groups.at(-1);
    if (
      last !== undefined &&
      last.notifications.length < maxCount &&
      last.bytes + bytes <= maxBytes
    ) {
      return last;
    }
    const group = this.#newGroup(timeoutMs);
    this.#groups.push(group);
    return group;
  }

  async #storeAll(): Promise<void> {
    // What this turn of the event loop still reads goes along: after a group's answers the next requests come in a
    // burst, and one that went alone would make all others wait for a second fsync.
    await nextTurn();
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      try {
        await this.#queue.enqueue(group.notifications);
        this.#settle(group);
      } catch (error) {
        this.#settle(
          group,
          new QueueUnavailableError("the queue did not take the notifications", { cause: error }),
        );
      }
      const [next, another] = this.#groups;
      const isGathering = next !== undefined && another === undefined;
      if (isGathering && next.notifications.length < FEW) await nextTurn();
    }
    this.#storing = false;
  }

  /** Gives a group up. One that waits is dropped; one that is being stored may be stored all the same. */
  #expire(group: Group): void {
    const index = this.#groups.indexOf(group);
    if (index >= 0) this.#groups.splice(index, 1);
    this.#settle(
      group,
      new QueueUnavailableError(`the queue did not confirm within ${this.#limits.timeoutMs} ms`),
    );
  }

  #newGroup(timeoutMs: number): Group {
    let settle!: Group["settle"];
    const stored = new Promise<void>((resolve, reject) => {
      settle = (error) => {
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    const group: Group = { notifications: [], stored, settle, bytes: 0 };
    const timer = setTimeout(() => this.#expire(group), timeoutMs);
    return group;
  }

  #settle(group: Group, error?: Error): void {
    this.#waitingBytes -= group.bytes;
    group.bytes = 0;
    group.settle(error);
  }
}
