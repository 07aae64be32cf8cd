import type pg from "pg";
import { MemberCache } from "./member-cache.ts";
import { recordBatch } from "./record-batch.ts";
import { isolating, refusalFault } from "./record-isolating.ts";
import { COLUMNS, withNumber, type KeptEvent, type Stored } from "./rejected-events.ts";
import {
  asRejectedNow,
  closedOutcome,
  isRejectedStill,
  unchanged,
  type Replayed,
  type ReplayPolicy,
  type Reread,
} from "./replayed.ts";
import { replayInParts } from "./replay-in-parts.ts";
import { countReadings, rereadRejected } from "./reread-rejected.ts";
import { MAX_EVENTS_PER_TRANSACTION } from "./tracking-store.ts";
import { columns, transaction } from "./transaction.ts";
import type { UserDirectory } from "./users-of-batch.ts";

const SELECT = `select ${COLUMNS}, payload from rejected_events where id = any($1)
  order by rejected_events.id for update`;

/**
 * Replays the first of some rejected events, as many as fit into one transaction; one that is too large for any is
 * replayed by itself, in several.
 *
 * @returns what became of each of those; at least of one
 */
export async function replayBatch(
  client: pg.ClientBase,
  ids: readonly number[],
  policy: ReplayPolicy,
): Promise<readonly Replayed[]> {
  const { wait } = policy;
  const results = await transaction(client, async () => {
    const { rows } = await client.query<Stored<KeptEvent>>(
      wait ? SELECT : `${SELECT} skip locked`,
      [ids],
    );
    const found = new Map(rows.map(withNumber).map((event) => [event.id, event]));
    const fitting = thatFit(ids, found);
    const events = fitting.flatMap((id) => found.get(id) ?? []);
    const replayed = await replayLocked(client, events, policy);
    const byId = new Map(replayed.map((result) => [result.id, result]));
    return fitting.map((id) => byId.get(id) ?? unchanged(id, wait ? "missing" : "busy"));
  });
  const [first] = ids;
  return results.length > 0 || first === undefined
    ? results
    : [await replayInParts(client, first, policy)];
}

/** The first of some numbers whose events have no more readings together than a transaction may. */
function thatFit(ids: readonly number[], found: ReadonlyMap<number, KeptEvent>): readonly number[] {
  let readings = 0;
  const end = ids.findIndex((id) => {
    const event = found.get(id);
    if (event !== undefined && closedOutcome(event) === undefined) readings += countReadings(event);
    return readings > MAX_EVENTS_PER_TRANSACTION;
  });
  return end < 0 ? ids : ids.slice(0, end);
}

async function replayLocked(
  client: pg.ClientBase,
  events: readonly KeptEvent[],
  { directory, names }: ReplayPolicy,
): Promise<Replayed[]> {
  const results: Replayed[] = [];
  const readable: Reread[] = [];
  for (const event of events) {
    const closed = closedOutcome(event);
    if (closed !== undefined) results.push(unchanged(event.id, closed));
    else readable.push({ event, readings: Array.from(rereadRejected(event), names.applyTo) });
  }
  const stay = readable.filter(({ readings }) => isRejectedStill(readings));
  const leave = readable.filter(({ readings }) => !isRejectedStill(readings));

  const refused: Reread[] = [];
  const parts = await isolating<Reread, Replayed[]>(
    client,
    leave,
    (part) => record(client, part, directory),
    async ({ event, readings }, error) => {
      const fault = refusalFault(error);
      // A body that holds several events is still a body: its reason tells how to read it.
      const reason = readings.length === 1 ? fault.reason : event.reason;
      refused.push({ event: { ...event, ...fault, reason }, readings: [] });
      return [];
    },
  );
  const replayed = parts.flat();
  await client.query("update rejected_events set replayed_at = now() where id = any($1)", [
    replayed.map(({ id }) => id),
  ]);
  const kept = [...stay.map(asRejectedNow), ...refused.map(({ event }) => event)];
  await updateRejected(client, kept);
  return [
    ...results,
    ...replayed,
    ...kept.map(({ id, reason, detail }) => ({
      ...unchanged(id, "still_rejected"),
      reason,
      detail,
    })),
  ];
}

/** Counts what some rejected events hold, in their place. */
async function record(
  client: pg.ClientBase,
  part: readonly Reread[],
  directory: UserDirectory,
): Promise<Replayed[]> {
  if (part.length === 0) return [];
  const { fresh } = await recordBatch(
    client,
    part.flatMap(({ readings }) => readings),
    { directory, cache: new MemberCache(), replaced: part.map(({ event }) => event) },
  );
  return part.map(({ event, readings }) => ({
    id: event.id,
    outcome: "replayed",
    tracked: readings.filter((reading) => fresh.has(reading) && reading.kind === "event").length,
    duplicates: readings.filter((reading) => !fresh.has(reading)).length,
    rejected: readings.filter((reading) => fresh.has(reading) && reading.kind === "rejected")
      .length,
  }));
}

async function updateRejected(client: pg.ClientBase, events: readonly KeptEvent[]): Promise<void> {
  await client.query(
    `update rejected_events r
     set reason = u.reason, detail = u.detail, event_id = u.event_id, payload = u.payload
     from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
       as u (id, reason, detail, event_id, payload)
     where r.id = u.id and (r.reason, r.detail, r.payload) is distinct from (u.reason, u.detail, u.payload)`,
    columns(events, ["id", "reason", "detail", "eventId", "payload"]),
  );
}
