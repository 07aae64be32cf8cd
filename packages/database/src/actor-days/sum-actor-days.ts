import type pg from "pg";
import { ACTOR_DAYS, actorDaysOf } from "./actor-days-of.ts";

/**
 * Whole days between a day's end and its sums. Events are delivered within seconds; what waited out an outage of a long
 * weekend is not late either, and late events cost the batch that counts them more.
 */
const LAG_DAYS = 3;

const DAY_MS = 86_400_000;

/** Whoever holds it is summing days up, or has to be sure that nobody is. */
const SUMMING = "hashtext('tallyman.actor_days')";

/** Batches hold it, shared, until they commit (migrations/0004). */
const BATCHES = "hashtext('tallyman.member_epoch')";

/** A batch takes less than a second. While we wait for one the next ones wait for us. */
const LONGEST_WAIT = "10s";

/** The day up to which days are due to be summed up. */
export function dueUntil(now: Date): string {
  return new Date(now.getTime() - LAG_DAYS * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Sums up what actors did on all days before one, day by day, as far as that is not done. Batches go on meanwhile; they
 * are held up for an instant per day. Somebody who is at it already is waited for.
 *
 * What is interrupted is done again: until a day is finished its sums are not read.
 *
 * @param client a connection without a limit on the time of a statement, outside of a transaction
 * @param until the first UTC day that is left out, `YYYY-MM-DD`
 * @param isWanted asked before each day
 * @returns how many days had events
 */
export async function sumActorDays(
  client: pg.ClientBase,
  until: string,
  isWanted: () => boolean = () => true,
): Promise<number> {
  let days = 0;
  while (isWanted()) {
    const done = await alone(client, () => sumNextDay(client, until));
    if (done === "nothing to do") break;
    days += done.days;
  }
  return days;
}

async function alone<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query(`select pg_advisory_lock(${SUMMING})`);
  try {
    return await work();
  } finally {
    // A connection that is broken has lost its locks.
    await client.query(`select pg_advisory_unlock(${SUMMING})`).catch(() => undefined);
  }
}

/** Keeps everybody from summing days up until the transaction ends. To be called before batches are halted. */
export async function haltSums(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(${SUMMING})`);
}

interface State {
  /** The first day that is to be summed up, and the day after the first one that has events. */
  readonly from: string;
  readonly next: string | null;
  /** Whether somebody has begun with days from there on, and batches have added to them since. */
  readonly interrupted: boolean;
}

async function sumNextDay(
  client: pg.ClientBase,
  until: string,
): Promise<"nothing to do" | { readonly days: 0 | 1 }> {
  const { rows } = await client.query<State>(
    `select summed_until::text as from, added_until > summed_until as interrupted,
       (select (min(day) + 1)::text from event_rollups where day >= summed_until and day < $1::date) as next
     from tallyman.actor_days_state where summed_until < $1::date`,
    [until],
  );
  const [state] = rows;
  if (state === undefined) return "nothing to do";
  const { from } = state;
  const next = state.next ?? until;
  try {
    await beginAfterBatches(client, state, next);
    await client.query(
      `insert into ${ACTOR_DAYS} ${actorDaysOf(`(
         select * from tracking_events
         where occurred_at >= ${startOf(from)} and occurred_at < ${startOf(next)}
       )`)} order by 1, 2, 3`,
    );
    await client.query("update tallyman.actor_days_state set summed_until = $1", [next]);
    await client.query("commit");
    return { days: state.next === null ? 0 : 1 };
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

const startOf = (day: string): string => `'${day}'::timestamp at time zone 'UTC'`;

/**
 * Begins a transaction that sees exactly the events that batches have not added themselves: those that were committed
 * before batches were told to add events of days up to `next`.
 */
async function beginAfterBatches(
  client: pg.ClientBase,
  { interrupted }: State,
  next: string,
): Promise<void> {
  await client.query(`begin; set local lock_timeout = '${LONGEST_WAIT}'`);
  // Kept beyond the commit, until the snapshot is taken.
  await client.query(`select pg_advisory_lock(${BATCHES})`);
  try {
    // What batches have added since will be summed up with the rest.
    if (interrupted) await client.query("select tallyman.forget_unread_actor_days()");
    await client.query("update tallyman.actor_days_state set added_until = $1", [next]);
    await client.query("commit");
    await client.query("begin isolation level repeatable read");
    await client.query("select summed_until from tallyman.actor_days_state");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    await client.query(`select pg_advisory_unlock(${BATCHES})`);
  }
}
