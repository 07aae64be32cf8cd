import type { ActorNames } from "@tallyman/events";
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
  type Reread,
} from "./replayed.ts";
import { rereadRejected } from "./reread-rejected.ts";
import { columns } from "./transaction.ts";
import type { UserDirectory } from "./users-of-batch.ts";

const SELECT = `select ${COLUMNS}, payload from rejected_events where id = any($1)
  order by rejected_events.id for update`;

/** How people are treated; as the workers have it. */
interface Policy {
  readonly directory: UserDirectory;
  readonly names: ActorNames;
}

const DEADLOCK = "40P01";
const ATTEMPTS = 3;

/** Replays some rejected events in one transaction. */
export async function replayBatch(
  client: pg.ClientBase,
  ids: readonly number[],
  { wait, ...policy }: Policy & { readonly wait: boolean },
): Promise<readonly Replayed[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query("begin");
      const { rows } = await client.query<Stored<KeptEvent>>(
        wait ? SELECT : `${SELECT} skip locked`,
        [ids],
      );
      const results = await replayLocked(client, rows.map(withNumber), policy);
      await client.query("commit");
      const byId = new Map(results.map((result) => [result.id, result]));
      return ids.map((id) => byId.get(id) ?? unchanged(id, wait ? "missing" : "busy"));
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      // Workers take the same locks; of two that wait for each other Postgres ends one, which then comes again.
      if ((error as { code?: unknown }).code !== DEADLOCK || attempt === ATTEMPTS) throw error;
    }
  }
}

async function replayLocked(
  client: pg.ClientBase,
  events: readonly KeptEvent[],
  { directory, names }: Policy,
): Promise<Replayed[]> {
  const results: Replayed[] = [];
  const readable: Reread[] = [];
  for (const event of events) {
    const closed = closedOutcome(event);
    if (closed !== undefined) results.push(unchanged(event.id, closed));
    else readable.push({ event, readings: rereadRejected(event).map(names.applyTo) });
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
