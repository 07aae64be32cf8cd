import { inParts } from "@tallyman/events";
import type pg from "pg";
import { MemberCache } from "./member-cache.ts";
import { recordBatch } from "./record-batch.ts";
import { recordIsolating } from "./record-isolating.ts";
import { COLUMNS, withNumber, type KeptEvent, type Stored } from "./rejected-events.ts";
import { closedOutcome, unchanged, type Replayed, type ReplayPolicy } from "./replayed.ts";
import { rereadRejected } from "./reread-rejected.ts";
import { MAX_EVENTS_PER_TRANSACTION } from "./tracking-store.ts";
import { transaction } from "./transaction.ts";

/**
 * Replays a body that holds more events than one transaction may have, in several. It stays open until the last of them
 * is counted; when that is interrupted, the next replay begins again, and what is counted already will be duplicates. An
 * event that the database refuses is set aside by itself.
 *
 * @throws when somebody changes the body meanwhile, for example to erase a name in it
 */
export async function replayInParts(
  client: pg.ClientBase,
  id: number,
  { wait, ...policy }: ReplayPolicy,
): Promise<Replayed> {
  // Of the session, for no lock on the row outlives a transaction. Two at once would count each part twice, as duplicates.
  const key = `hashtextextended('tallyman.replay', ${id})`;
  const { rows } = await client.query<{ locked: boolean }>(
    wait
      ? `select true as locked from pg_advisory_lock(${key})`
      : `select pg_try_advisory_lock(${key}) as locked`,
  );
  if (rows[0]?.locked !== true) return unchanged(id, "busy");
  try {
    return await replayAlone(client, id, policy);
  } finally {
    // Where the connection is gone, so is the lock.
    await client.query(`select pg_advisory_unlock(${key})`).catch(() => undefined);
  }
}

/** A body, and what changes whenever its row does. */
interface Version extends KeptEvent {
  readonly version: string;
}

async function replayAlone(
  client: pg.ClientBase,
  id: number,
  { directory, names }: Omit<ReplayPolicy, "wait">,
): Promise<Replayed> {
  const { rows } = await client.query<Stored<Version>>(
    `select ${COLUMNS}, payload, xmin::text as version from rejected_events where id = $1`,
    [id],
  );
  const [event] = rows.map(withNumber);
  if (event === undefined) return unchanged(id, "missing");
  // Somebody else may have been at it until now.
  const closed = closedOutcome(event);
  if (closed !== undefined) return unchanged(id, closed);

  const recording = { directory, cache: new MemberCache() };
  let [tracked, duplicates, rejected] = [0, 0, 0];
  for (const part of inParts(rereadRejected(event), MAX_EVENTS_PER_TRANSACTION)) {
    const outcomes = await inItsVersion(client, event, () =>
      recordIsolating(client, part.map(names.applyTo), names, (readings) =>
        recordBatch(client, readings, recording),
      ),
    );
    for (const { recorded } of outcomes) {
      tracked += recorded.tracked.length;
      duplicates += recorded.duplicates;
      rejected += recorded.rejected;
    }
  }
  await inItsVersion(client, event, async () => {
    await recordBatch(client, [], { ...recording, replaced: [event] });
    await client.query("update rejected_events set replayed_at = now() where id = $1", [id]);
  });
  return { id, outcome: "replayed", tracked, duplicates, rejected };
}

function inItsVersion<T>(
  client: pg.ClientBase,
  { id, version }: Version,
  work: () => Promise<T>,
): Promise<T> {
  return transaction(client, async () => {
    const { rowCount } = await client.query(
      "select from rejected_events where id = $1 and xmin::text = $2 for update",
      [id, version],
    );
    if (rowCount === 0) {
      throw new Error(
        `Somebody has changed rejected event ${id} while it was counted. Look at it, and replay it again.`,
      );
    }
    return work();
  });
}
