import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";

/**
 * How long a lock is waited for at once. Whoever needs the same table queues up behind a waiting lock, the workers above
 * all: they wait no longer than this and then go on.
 */
const WAIT_MS = 2_000;

/** Until the next try for a lock: the workers get their turn. */
const PAUSE_MS = 1_000;

/** Tries before somebody's lock is taken for one that does not end: about a minute and a half. */
const TRIES = 30;

const LOCK_TIMEOUT = "55P03";
const DEADLOCK = "40P01";

/** Runs a statement that needs a strong lock, within a transaction: many short waits instead of a long one. */
export async function patiently(client: pg.ClientBase, statement: string): Promise<void> {
  await client.query(`set local lock_timeout = ${WAIT_MS}`);
  for (let attempt = 1; ; attempt++) {
    await client.query("savepoint patience");
    try {
      await client.query(statement);
      await client.query("release savepoint patience");
      return;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if ((code !== LOCK_TIMEOUT && code !== DEADLOCK) || attempt === TRIES) throw error;
      await client.query("rollback to savepoint patience");
      await delay(PAUSE_MS);
    }
  }
}
