import {
  dayOf,
  isUser,
  readNotification,
  registersRepository,
  toTrackingEvent,
  usernameOf,
  type RegistryEvent,
} from "@tallyman/events";
import type { Knex } from "knex";
import { addToRollups } from "./add-to-rollups.ts";
import { addToSets } from "./add-to-sets.ts";
import type { TextbookJob } from "./textbook-job.ts";

/**
 * Records one event in one transaction: a look first, then a write. Reading and naming the event is left to our own
 * pure functions, which the textbook gets for free.
 */
export async function recordEvent(database: Knex.Transaction, job: TextbookJob): Promise<void> {
  const body = JSON.stringify({ events: [job.event] });
  const [reading] = readNotification({ ...job, body });
  // The workload holds no bad events.
  if (reading?.kind !== "event") throw new Error("an event that cannot be read");
  if (!(await claimKey(database, reading))) {
    await addToLedger(database, reading, "duplicates");
    return;
  }
  const created = await registerRepository(database, reading);
  const event = toTrackingEvent(reading, created, await findUser(database, reading));
  await database("tracking_events").insert({
    event_id: event.eventId,
    registry: event.registry,
    occurred_at: event.occurredAt,
    received_at: event.receivedAt,
    timestamp_source: event.timestampSource,
    operation: event.operation,
    target_kind: event.targetKind,
    action: event.action,
    created_repository: event.createdRepository,
    repository: event.repository,
    tag: event.tag,
    digest: event.digest,
    media_type: event.mediaType,
    size_bytes: event.sizeBytes,
    actor_name: event.actorName,
    actor_type: event.actorType,
    user_id: event.userId,
    user_agent: event.userAgent,
    request_id: event.requestId,
    source_instance: event.sourceInstance,
  });
  await addToRollups(database, event);
  await addToSets(database, event);
  await addToLedger(database, event, "tracked");
}

/** @returns whether nobody had recorded the event before */
async function claimKey(database: Knex.Transaction, event: RegistryEvent): Promise<boolean> {
  const claimed = await database("tallyman.event_keys")
    .insert({ key: event.key, day: dayOf(event.receivedAt) })
    .onConflict()
    .ignore()
    .returning("key");
  return claimed.length > 0;
}

/** @returns whether the event creates its repository */
async function registerRepository(
  database: Knex.Transaction,
  event: RegistryEvent,
): Promise<boolean> {
  if (!registersRepository(event)) return false;
  const { registry, repository: path } = event;
  const row = await database("container_repositories").where({ registry, path }).first("path");
  if (row !== undefined) return false;
  const inserted = await database("container_repositories")
    .insert({ registry, path, origin: "push", created_at: event.occurredAt })
    .onConflict()
    .ignore()
    .returning("path");
  return inserted.length > 0;
}

async function findUser(database: Knex.Transaction, event: RegistryEvent): Promise<number | null> {
  const { registry, actorName, actorType } = event;
  if (actorName === null || !isUser(actorName, actorType)) return null;
  const username = usernameOf(actorName);
  const known = await selectUser(database, registry, username);
  if (known !== undefined) return known;
  await database("users").insert({ registry, username }).onConflict().ignore();
  return (await selectUser(database, registry, username)) ?? null;
}

async function selectUser(
  database: Knex.Transaction,
  registry: string,
  username: string,
): Promise<number | undefined> {
  const rows = (await database("users").where({ registry, username }).select("id")) as {
    id: string;
  }[];
  return rows[0] === undefined ? undefined : Number(rows[0].id);
}

async function addToLedger(
  database: Knex.Transaction,
  { registry, receivedAt }: RegistryEvent,
  outcome: "tracked" | "duplicates",
): Promise<void> {
  const counts = { tracked: 0, duplicates: 0, [outcome]: 1 };
  await database("ledger")
    .insert({ registry, day: dayOf(receivedAt), received: 1, rejected: 0, ...counts })
    .onConflict(["registry", "day"])
    .merge({
      received: database.raw("ledger.received + 1"),
      [outcome]: database.raw("ledger.?? + 1", [outcome]),
    });
}
