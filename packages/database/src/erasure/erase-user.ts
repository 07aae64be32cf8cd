import { randomBytes } from "node:crypto";
import { usernameOf } from "@tallyman/events";
import type pg from "pg";
import { haltSums } from "../actor-days/sum-actor-days.ts";
import { haltBatches } from "../rollups/halt-batches.ts";
import { rejectionsNaming } from "./rejections-naming.ts";
import { spellingsOf } from "./spellings-of.ts";

/** Somebody's name within a registry, in any case. */
export interface Person {
  readonly registry: string;
  readonly name: string;
}

/** What was, or would be, erased. */
export interface Erasure {
  /** Whether the name is, or was, anywhere. */
  readonly found: boolean;
  /** Number of the receipt in `erasures`; null when it was a dry run or the name is nowhere. */
  readonly receipt: number | null;
  /** What stands in place of the name now; null likewise. */
  readonly pseudonym: string | null;
  /** Whether `users` had the name. */
  readonly users: number;
  readonly trackingEvents: number;
  readonly repositoryActors: number;
  /** Rejected events that named the person; of these, such as could have been replayed. */
  readonly rejectedPayloads: number;
  readonly openRejected: number;
}

const ACTORS = "repository_actors where registry = $1 and actor_name = $2";

/** Bytes of a pseudonym: enough that two never meet. */
const PSEUDONYM_BYTES = 10;

/**
 * Takes a person's name out of every table, in one transaction. The number of the user stays, so every count of
 * distinct users stays right; in place of the name stands a random one, from which nothing leads back. The person's
 * rows also lose what leads to records elsewhere: client software and request ids. Rejected events that name the person
 * lose their payload; open ones are discarded.
 *
 * Batches wait meanwhile, and workers forget the name. If it comes again, it is a new user.
 */
export async function eraseUser(
  client: pg.ClientBase,
  person: Person,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Erasure> {
  await client.query(dryRun ? "begin isolation level repeatable read read only" : "begin");
  try {
    if (!dryRun) {
      await haltSums(client);
      await haltBatches(client);
    }
    const erasure = await (dryRun ? forecast(client, person) : erase(client, person));
    await client.query(dryRun ? "rollback" : "commit");
    return erasure;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

async function forecast(client: pg.ClientBase, person: Person): Promise<Erasure> {
  const { registry } = person;
  const username = usernameOf(person.name);
  const spellings = await spellingsOf(client, registry, username);
  const rejected = await rejectionsNaming(client, registry, username);
  const { rows } = await client.query<Record<"users" | "events" | "actors", string>>(
    `select (select count(*) from users where registry = $1 and username = $2) as users,
       (select count(*) from tracking_events where registry = $1 and actor_name = any($3)) as events,
       (select count(*) from ${ACTORS}) as actors`,
    [registry, username, spellings],
  );
  const counts = {
    users: Number(rows[0]?.users),
    trackingEvents: Number(rows[0]?.events),
    repositoryActors: Number(rows[0]?.actors),
    rejectedPayloads: rejected.length,
  };
  return {
    found: Object.values(counts).some((count) => count > 0),
    receipt: null,
    pseudonym: null,
    ...counts,
    openRejected: rejected.filter(({ open }) => open).length,
  };
}

async function erase(client: pg.ClientBase, person: Person): Promise<Erasure> {
  const { registry } = person;
  const username = usernameOf(person.name);
  const pseudonym = `erased-${randomBytes(PSEUDONYM_BYTES).toString("hex")}`;
  const changed = async (text: string, values: readonly unknown[]): Promise<number> =>
    (await client.query(text, [...values])).rowCount ?? 0;

  const users = await changed(
    "update users set username = $3 where registry = $1 and username = $2",
    [registry, username, pseudonym],
  );
  const spellings = await spellingsOf(client, registry, username);
  const trackingEvents = await changed(
    `update tracking_events set actor_name = $3, user_agent = null, request_id = null
     where registry = $1 and actor_name = any($2)`,
    [registry, spellings, pseudonym],
  );
  const names = [registry, username, pseudonym];
  const repositoryActors = await changed(
    "update repository_actors set actor_name = $3 where registry = $1 and actor_name = $2",
    names,
  );
  const removedActors = await changed(
    "update tallyman.removed_repository_actors set actor_name = $3 where registry = $1 and actor_name = $2",
    names,
  );
  // Sums are of rows that may be gone, and have names as Postgres puts them into lower case.
  const summed = await spellingsOf(client, registry, username, "tallyman.actor_days");
  const actorDays = await changed(
    `update tallyman.actor_days set actor_name = $4
     where registry = $1 and (actor_name = any($2) or actor_name in (select lower(unnest($3::text[]))))`,
    [registry, summed, spellings, pseudonym],
  );
  const rejected = await rejectionsNaming(client, registry, username);
  await client.query(
    `update rejected_events set payload = '', detail = 'Removed by the erasure of a person.',
       discarded_at = case when replayed_at is null then coalesce(discarded_at, now()) else discarded_at end
     where id = any($1)`,
    [rejected.map(({ id }) => id)],
  );
  const erased = {
    users,
    trackingEvents,
    repositoryActors,
    rejectedPayloads: rejected.length,
    openRejected: rejected.filter(({ open }) => open).length,
  };
  const others = removedActors + actorDays;
  if (users + trackingEvents + repositoryActors + others + rejected.length === 0) {
    return { found: false, receipt: null, pseudonym: null, ...erased };
  }
  const { rows } = await client.query<{ id: string }>(
    `insert into erasures (registry, pseudonym, tracking_events, repository_actors, rejected_payloads)
     values ($1, $2, $3, $4, $5) returning id`,
    [registry, pseudonym, trackingEvents, repositoryActors, rejected.length],
  );
  return { found: true, receipt: Number(rows[0]?.id), pseudonym, ...erased };
}
