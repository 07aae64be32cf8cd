import type pg from "pg";

/** Batches take less than a second; whoever takes longer would hold up all the others behind us. */
const LONGEST_WAIT = "30s";

/**
 * Makes all batches wait until the transaction ends, and workers forget what they remember. Batches hold the lock of
 * the member epoch, shared, until they commit (migrations/0004); this takes it for itself.
 */
export async function haltBatches(client: pg.ClientBase): Promise<void> {
  await client.query(`set local lock_timeout = '${LONGEST_WAIT}'`);
  await client.query("select pg_advisory_xact_lock(hashtext('tallyman.member_epoch'))");
  await client.query("select nextval('tallyman.member_epoch')");
}
