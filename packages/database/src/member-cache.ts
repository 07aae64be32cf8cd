import {
  getOrAdd,
  metricsOf,
  PERIODS,
  periodStart,
  type TrackingEvent,
  dayOf,
} from "@tallyman/events";
import type { Member } from "./statements/insert-distinct-members.ts";
import { userKey, type UserName } from "./statements/resolve-users.ts";

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

  userId(name: UserName): number | undefined {
    return this.#users.get(userKey(name));
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

/** The sets that a batch of events adds to, under one key per user, day and action. */
export function membershipsOf(
  events: readonly TrackingEvent[],
  cache: MemberCache,
): { memberships: ReadonlySet<string>; members: readonly Member[] } {
  const memberships = new Map<string, TrackingEvent>();
  for (const event of events) {
    if (event.userId === null) continue;
    const flag = event.createdRepository ? "+" : "";
    const key = `${event.userId} ${dayOf(event.occurredAt)} ${event.action}${flag}`;
    if (!cache.has(key)) getOrAdd(memberships, key, () => event);
  }
  const members = new Map<string, Member>();
  for (const event of memberships.values()) {
    const day = dayOf(event.occurredAt);
    for (const metric of metricsOf(event.action, event.createdRepository)) {
      for (const period of PERIODS) {
        const start = periodStart(period, day);
        const member = { metric, period, periodStart: start, userId: event.userId as number };
        getOrAdd(members, `${period} ${metric} ${start} ${member.userId}`, () => member);
      }
    }
  }
  return {
    memberships: new Set(memberships.keys()),
    members: [...members].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, member]) => member),
  };
}
