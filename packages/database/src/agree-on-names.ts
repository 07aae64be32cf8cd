import type { ActorNames } from "@tallyman/events";
import type pg from "pg";

/** People would be recorded in another way than before. Waiting does not help. */
export class ActorNamesError extends Error {
  override readonly name = "ActorNamesError";

  readonly what: string;
  /** What to do. */
  readonly next: string;

  constructor(what: string, next: string) {
    super(`${what} ${next}`);
    this.what = what;
    this.next = next;
  }
}

/**
 * Makes sure that people are recorded under the names that they have in the database: with another key, or without
 * pseudonyms where there were some, everybody would silently become a second person. Nothing to agree on when no names
 * are recorded.
 *
 * @param note leave the fingerprint of the key in the database when it has none
 * @throws ActorNamesError when the database has pseudonyms of another key, or has pseudonyms and names are plain
 */
export async function agreeOnNames(
  client: pg.Pool | pg.ClientBase,
  { mode, keyFingerprint }: ActorNames,
  { note }: { readonly note: boolean },
): Promise<void> {
  if (mode === "off") return;
  if (note && keyFingerprint !== null) {
    await client.query(
      "insert into tallyman.actor_names_key (fingerprint) values ($1) on conflict do nothing",
      [keyFingerprint],
    );
  }
  const { rows } = await client.query<{ fingerprint: string; since: string }>(
    `select fingerprint, to_char(since at time zone 'UTC', 'YYYY-MM-DD') as since
     from tallyman.actor_names_key`,
  );
  const [noted] = rows;
  if (noted === undefined || noted.fingerprint === keyFingerprint) return;
  const { since } = noted;
  throw new ActorNamesError(
    keyFingerprint === null
      ? `ACTOR_NAMES is plain, but this database has had pseudonyms since ${since}: names would stand beside them, and everybody would be counted twice.`
      : `ACTOR_NAMES_KEY is not the key of this database's pseudonyms, in use since ${since}: with another one everybody would become somebody else and be counted twice.`,
    `Set ACTOR_NAMES=pseudonym and the ACTOR_NAMES_KEY of then. If the change is meant, stop all workers and run as the login that migrates: delete from tallyman.actor_names_key; (docs/privacy.md, Names)`,
  );
}

/**
 * Agrees on names, and leaves the fingerprint of the key, as soon as the database answers.
 *
 * @param pause waits before the next try; says false when there shall be none
 * @returns false when the waiting was ended
 * @throws ActorNamesError as `agreeOnNames`
 */
export async function awaitAgreementOnNames(
  pool: pg.Pool,
  names: ActorNames,
  pause: (attempt: number, error: unknown) => Promise<boolean>,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await agreeOnNames(pool, names, { note: true });
      return true;
    } catch (error) {
      if (error instanceof ActorNamesError) throw error;
      if (!(await pause(attempt, error))) return false;
    }
  }
}
