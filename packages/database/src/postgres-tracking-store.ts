import {
  dayOf,
  getOrAdd,
  isUser,
  keyOf,
  sortedByKey,
  tally,
  toTrackingEvent,
  usernameOf,
  type Reading,
  type RegistryEvent,
  type Rejection,
  type TrackingEvent,
} from "@tallyman/events";
import type pg from "pg";
import { MemberCache, membershipsOf, type Learned } from "./member-cache.ts";
import { isRefusal, recordIsolating } from "./record-isolating.ts";
import { registerRepositories } from "./register-repositories.ts";
import { insertDistinctMembers } from "./statements/insert-distinct-members.ts";
import { insertEventKeys } from "./statements/insert-event-keys.ts";
import { insertRejectedEvents } from "./statements/insert-rejected-events.ts";
import { insertTrackingEvents } from "./statements/insert-tracking-events.ts";
import { resolveUsers, userKey, type UserName } from "./statements/resolve-users.ts";
import { upsertDistinctUserRollups } from "./statements/upsert-distinct-user-rollups.ts";
import { upsertEventRollups } from "./statements/upsert-event-rollups.ts";
import { upsertLedger, type LedgerDelta } from "./statements/upsert-ledger.ts";
import { upsertRepositoryActors } from "./statements/upsert-repository-actors.ts";
import { upsertRepositoryDaily } from "./statements/upsert-repository-daily.ts";
import { upsertRepositoryStats } from "./statements/upsert-repository-stats.ts";
import { upsertTagStats } from "./statements/upsert-tag-stats.ts";
import type { RecordedBatch, TrackingStore } from "./tracking-store.ts";
import { run } from "./transaction.ts";

/** Whether names that nobody imported become users. */
export type UserDirectory = "open" | "closed";

/**
 * Counts in Postgres: one transaction per batch, a fixed number of statements whatever its size. Several stores may
 * record at once. They take their locks in one order: statements in the order below, and within each by key; the
 * rows that every batch touches come last, so that they are held for the shortest time.
 */
export class PostgresTrackingStore implements TrackingStore {
  readonly #pool: pg.Pool;
  readonly #directory: UserDirectory;
  readonly #cache = new MemberCache();

  /** @param pool is ended by `close` */
  constructor(pool: pg.Pool, directory: UserDirectory) {
    this.#pool = pool;
    this.#directory = directory;
  }

  async record(readings: readonly Reading[]): Promise<RecordedBatch> {
    try {
      return await this.#inTransaction(async (client) => [await this.#recordIn(client, readings)]);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return await this.#inTransaction((client) =>
        recordIsolating(client, readings, (part) => this.#recordIn(client, part)),
      );
    }
  }

  async #inTransaction(
    work: (client: pg.PoolClient) => Promise<readonly Outcome[]>,
  ): Promise<RecordedBatch> {
    const client = await this.#pool.connect();
    let failure: unknown;
    try {
      await client.query("begin");
      const outcomes = await work(client);
      await client.query("commit");
      for (const { learned } of outcomes) this.#cache.learn(learned);
      return sum(outcomes.map(({ recorded }) => recorded));
    } catch (error) {
      failure = error;
      this.#cache.clear();
      await client.query("rollback").catch(() => undefined);
      throw error;
    } finally {
      // A connection that failed is not used again: its state, or whether it still answers, is unknown.
      client.release(failure !== undefined);
    }
  }

  async #recordIn(client: pg.PoolClient, readings: readonly Reading[]): Promise<Outcome> {
    const epoch = await this.#enterEpoch(client);
    const fresh = await claim(client, readings);
    const events = fresh.filter((reading) => reading.kind === "event");
    const rejections = fresh.filter((reading) => reading.kind === "rejected");

    const creations = await registerRepositories(client, events);
    const users = await this.#resolveUsers(client, events);
    const rows = events.map((event) =>
      toTrackingEvent(event, creations.has(event), userIdOf(event, users, this.#cache)),
    );
    if (rows.length > 0) await insertTrackingEvents(client, rows);
    if (rejections.length > 0) await insertRejectedEvents(client, rejections);
    const memberships = await this.#writeRollups(client, rows);
    await upsertLedger(client, balance(readings, fresh));

    const duplicates = readings.length - fresh.length;
    return {
      recorded: {
        received: readings.length,
        tracked: rows,
        duplicates,
        rejected: rejections.length,
      },
      learned: { epoch, users, memberships },
    };
  }

  async #enterEpoch(client: pg.PoolClient): Promise<string> {
    const [row] = await run<{ epoch: string }>(
      client,
      "enter-member-epoch",
      "select tallyman.enter_member_epoch() as epoch",
      [],
    );
    const epoch = String(row?.epoch);
    this.#cache.enter(epoch);
    return epoch;
  }

  /** @returns ids of the users that were not remembered */
  async #resolveUsers(
    client: pg.PoolClient,
    events: readonly RegistryEvent[],
  ): Promise<ReadonlyMap<string, number>> {
    const unknown = new Map<string, UserName>();
    for (const event of events) {
      const name = userNameOf(event);
      if (name !== undefined && this.#cache.userId(name) === undefined) {
        unknown.set(keyOf(name.registry, name.username), name);
      }
    }
    return unknown.size === 0
      ? new Map()
      : resolveUsers(client, sortedByKey(unknown), this.#directory);
  }

  /** @returns the memberships that were recorded */
  async #writeRollups(
    client: pg.PoolClient,
    rows: readonly TrackingEvent[],
  ): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set();
    const { memberships, members } = membershipsOf(rows, this.#cache);
    const newMembers = members.length === 0 ? [] : await insertDistinctMembers(client, members);
    const { repositories, repositoryDays, actors, tags, events } = tally(rows);
    if (tags.length > 0) await upsertTagStats(client, tags);
    if (actors.length > 0) await upsertRepositoryActors(client, actors);
    await upsertRepositoryStats(client, repositories);
    await upsertRepositoryDaily(client, repositoryDays);
    if (newMembers.length > 0) await upsertDistinctUserRollups(client, newMembers);
    await upsertEventRollups(client, events);
    return memberships;
  }

  async ping(): Promise<void> {
    await this.#pool.query("select 1");
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }
}

/** What recording some readings came to, before it is committed. */
interface Outcome {
  readonly recorded: RecordedBatch;
  readonly learned: Learned;
}

function sum(parts: readonly RecordedBatch[]): RecordedBatch {
  return {
    received: parts.reduce((total, { received }) => total + received, 0),
    tracked: parts.flatMap(({ tracked }) => tracked),
    duplicates: parts.reduce((total, { duplicates }) => total + duplicates, 0),
    rejected: parts.reduce((total, { rejected }) => total + rejected, 0),
  };
}

/** Claims the keys of a batch. @returns the readings that are neither known nor repeated, in the order of the batch */
async function claim(
  client: pg.PoolClient,
  readings: readonly Reading[],
): Promise<readonly Reading[]> {
  const first = new Map<string, RegistryEvent | Rejection>();
  for (const reading of readings) getOrAdd(first, reading.key, () => reading);
  const keys = sortedByKey(first).map(({ key, receivedAt }) => ({ key, day: dayOf(receivedAt) }));
  const claimed = await insertEventKeys(client, keys);
  return [...first.values()].filter(({ key }) => claimed.has(key));
}

/** The name by which an event's actor counts as a user, if it does. */
function userNameOf(event: RegistryEvent): UserName | undefined {
  const { registry, actorName, actorType } = event;
  if (actorName === null || !isUser(actorName, actorType)) return undefined;
  return { registry, username: usernameOf(actorName) };
}

function userIdOf(
  event: RegistryEvent,
  resolved: ReadonlyMap<string, number>,
  cache: MemberCache,
): number | null {
  const name = userNameOf(event);
  if (name === undefined) return null;
  return cache.userId(name) ?? resolved.get(userKey(name)) ?? null;
}

/** What a batch adds to the ledger, sorted by registry and day of receipt. */
function balance(readings: readonly Reading[], fresh: readonly Reading[]): readonly LedgerDelta[] {
  const deltas = new Map<string, LedgerDelta>();
  const of = ({ registry, receivedAt }: Reading) => {
    const day = dayOf(receivedAt);
    return getOrAdd(deltas, keyOf(registry, day), () => ({
      registry,
      day,
      received: 0,
      tracked: 0,
      duplicates: 0,
      rejected: 0,
    }));
  };
  for (const reading of readings) {
    const delta = of(reading);
    delta.received++;
    delta.duplicates++;
  }
  for (const reading of fresh) {
    const delta = of(reading);
    delta.duplicates--;
    if (reading.kind === "event") delta.tracked++;
    else delta.rejected++;
  }
  return sortedByKey(deltas);
}
