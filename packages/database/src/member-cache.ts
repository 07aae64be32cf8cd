import {
  dayOf,
  metricsOf,
  PERIODS,
  periodStart,
  sortedByKey,
  type TrackingEvent,
} from "@tallyman/events";
import type { Member } from "./statements/insert-distinct-members.ts";

/**
 * How much is remembered: some 20 MB at most. When a cache is full it is emptied, which costs a few batches of
 * statements that change nothing; keeping an order of use would cost every batch.
 */
const MAX_USERS = 50_000;
const MAX_MEMBERSHIPS = 100_000;

/** Users and memberships that a batch wants remembered once it is committed. */
export interface Learned {
  /** The epoch in which the batch was recorded. */
  readonly epoch: string;
  readonly users: ReadonlyMap<string, number>;
  readonly memberships: Iterable<string>;
}

/**
 * What this worker knows to be in the tables already: ids of users, and who was recorded as doing what on which day.
 * It saves most of the work on the exact sets, because people repeat themselves.
 *
 * It holds only what was committed. It is emptied when the epoch in the database has changed (somebody changed or
 * removed such rows) and whenever a transaction failed (the connection may lead to another server afterwards, which
 * lacks the last commits).
 */
export class MemberCache {
  readonly #users = new Map<string, number>();
  readonly #memberships = new Set<string>();
  #epoch: string | undefined;

  /** Forgets everything unless the epoch is the one in which it was learned. */
  enter(epoch: string): void {
    if (epoch !== this.#epoch) this.clear();
    this.#epoch = epoch;
  }

  clear(): void {
    this.#users.clear();
    this.#memberships.clear();
    this.#epoch = undefined;
  }

  /** @param key the user's `userKey` */
  userId(key: string): number | undefined {
    return this.#users.get(key);
  }

  has(membership: string): boolean {
    return this.#memberships.has(membership);
  }

  /**
   * Remembers what a batch has recorded, after its commit. Nothing is learned from an epoch that is over by then: what
   * the batch recorded may have been removed again since.
   */
  learn({ epoch, users, memberships }: Learned): void {
    if (epoch !== this.#epoch) return;
    if (this.#users.size > MAX_USERS) this.#users.clear();
    for (const [key, id] of users) this.#users.set(key, id);
    if (this.#memberships.size > MAX_MEMBERSHIPS) this.#memberships.clear();
    for (const membership of memberships) this.#memberships.add(membership);
  }
}

/**
 * The sets that a batch of events adds to, as far as they are not remembered. What is remembered are days of a user
 * with an action, which decide at once for most events, and the members of weeks and months, which a new day repeats.
 */
export function membershipsOf(
  events: readonly TrackingEvent[],
  cache: MemberCache,
): { memberships: ReadonlySet<string>; members: readonly Member[] } {
  const days = new Map<string, TrackingEvent>();
  for (const event of events) {
    if (event.userId === null) continue;
    const flag = event.createdRepository ? "+" : "";
    const key = `${event.userId} ${dayOf(event.occurredAt)} ${event.action}${flag}`;
    if (!cache.has(key) && !days.has(key)) days.set(key, event);
  }
  const memberships = new Set(days.keys());
  const members = new Map<string, Member>();
  for (const { userId, occurredAt, action, createdRepository } of days.values()) {
    if (userId === null) continue;
    const day = dayOf(occurredAt);
    for (const period of PERIODS) {
      const start = periodStart(period, day);
      for (const metric of metricsOf(action, createdRepository)) {
        const key = `${period} ${metric} ${start} ${userId}`;
        if (members.has(key) || cache.has(key)) continue;
        members.set(key, { metric, period, periodStart: start, userId });
        if (period !== "day") memberships.add(key);
      }
    }
  }
  return { memberships, members: sortedByKey(members) };
}
