import {
  dayOf,
  getOrAdd,
  sortedByKey,
  tally,
  toTrackingEvent,
  type Reading,
  type RegistryEvent,
  type Rejection,
  type TrackingEvent,
} from "@tallyman/events";
import type pg from "pg";
import { balanceOf, type Receipt } from "./balance-of.ts";
import { membershipsOf, type Learned, type MemberCache } from "./member-cache.ts";
import { registerRepositories } from "./register-repositories.ts";
import { insertActorDays } from "./statements/insert-actor-days.ts";
import { insertDistinctMembers } from "./statements/insert-distinct-members.ts";
import { insertEventKeys } from "./statements/insert-event-keys.ts";
import { insertRejectedEvents } from "./statements/insert-rejected-events.ts";
import { insertTrackingEvents } from "./statements/insert-tracking-events.ts";
import { upsertDistinctUserRollups } from "./statements/upsert-distinct-user-rollups.ts";
import { upsertEventRollups } from "./statements/upsert-event-rollups.ts";
import { upsertLedger } from "./statements/upsert-ledger.ts";
import { upsertRepositoryActors } from "./statements/upsert-repository-actors.ts";
import { upsertRepositoryDaily } from "./statements/upsert-repository-daily.ts";
import { upsertRepositoryMonthly } from "./statements/upsert-repository-monthly.ts";
import { upsertRepositoryStats } from "./statements/upsert-repository-stats.ts";
import { upsertTagStats } from "./statements/upsert-tag-stats.ts";
import type { RecordedBatch } from "./tracking-store.ts";
import { run } from "./transaction.ts";
import { userIdOf, usersOfBatch, type UserDirectory } from "./users-of-batch.ts";

/** What recording some readings came to, before it is committed. */
export interface Outcome {
  readonly recorded: RecordedBatch;
  /** The readings that were neither known nor repeated. */
  readonly fresh: ReadonlySet<Reading>;
  readonly learned: Learned;
}

export interface Recording {
  readonly directory: UserDirectory;
  /** What is remembered of earlier batches; the outcome tells what to learn after COMMIT. */
  readonly cache: MemberCache;
  /** Rejected events whose place these readings take: they are in the ledger already, as rejected. */
  readonly replaced?: readonly Receipt[];
}

/** Counts a batch of readings within the transaction of the caller, in a fixed number of statements. */
export async function recordBatch(
  client: pg.ClientBase,
  readings: readonly Reading[],
  { directory, cache, replaced = [] }: Recording,
): Promise<Outcome> {
  const { epoch, addedUntil } = await enter(client);
  cache.enter(epoch);
  const fresh = await claim(client, readings);
  const events = fresh.filter((reading) => reading.kind === "event");
  const rejections = fresh.filter((reading) => reading.kind === "rejected");

  const creations = await registerRepositories(client, events);
  const users = await usersOfBatch(client, events, directory, cache);
  const rows = events.map((event) =>
    toTrackingEvent(event, creations.has(event), userIdOf(event, users)),
  );
  if (rows.length > 0) await insertTrackingEvents(client, rows);
  await insertActorDays(client, rows, addedUntil);
  if (rejections.length > 0) await insertRejectedEvents(client, rejections);
  const memberships = await writeRollups(client, rows, cache);
  await upsertLedger(client, balanceOf({ readings, fresh, replaced }));

  const recorded = {
    received: readings.length,
    tracked: rows,
    duplicates: readings.length - fresh.length,
    rejected: rejections.length,
  };
  return { recorded, fresh: new Set(fresh), learned: { epoch, users: users.learned, memberships } };
}

/** Waits for changes under way. @returns the epoch, and the UTC day before which events are added to the sums by actor */
async function enter(client: pg.ClientBase): Promise<{ epoch: string; addedUntil: string }> {
  const [row] = await run<{ epoch: string; addedUntil: string }>(
    client,
    "enter-batch",
    'select epoch, added_until::text as "addedUntil" from tallyman.enter_batch()',
    [],
  );
  if (row === undefined) throw new Error("The database has not told the epoch.");
  return row;
}

/** Claims the keys of a batch. @returns the readings that are neither known nor repeated, in the order of the batch */
async function claim(
  client: pg.ClientBase,
  readings: readonly Reading[],
): Promise<readonly Reading[]> {
  const first = new Map<string, RegistryEvent | Rejection>();
  for (const reading of readings) getOrAdd(first, reading.key, () => reading);
  const keys = sortedByKey(first).map(({ key, receivedAt }) => ({ key, day: dayOf(receivedAt) }));
  const known = await insertEventKeys(client, keys);
  return known.size === 0
    ? [...first.values()]
    : [...first.values()].filter(({ key }) => !known.has(key));
}

/**
 * The rows that every batch touches come last, so that they are held for the shortest time.
 *
 * @returns the memberships that were recorded
 */
async function writeRollups(
  client: pg.ClientBase,
  rows: readonly TrackingEvent[],
  cache: MemberCache,
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  const { memberships, members } = membershipsOf(rows, cache);
  const newMembers = members.length === 0 ? [] : await insertDistinctMembers(client, members);
  const { repositories, repositoryDays, repositoryMonths, actors, tags, events } = tally(rows);
  if (tags.length > 0) await upsertTagStats(client, tags);
  if (actors.length > 0) await upsertRepositoryActors(client, actors);
  await upsertRepositoryStats(client, repositories);
  await upsertRepositoryDaily(client, repositoryDays);
  await upsertRepositoryMonthly(client, repositoryMonths);
  if (newMembers.length > 0) await upsertDistinctUserRollups(client, newMembers);
  await upsertEventRollups(client, events);
  return memberships;
}
