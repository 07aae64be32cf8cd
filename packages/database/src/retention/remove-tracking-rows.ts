import type pg from "pg";
import { before, OTHER, type ExpiredPart } from "./expired-parts.ts";
import { patiently } from "./patiently.ts";
import { rememberRemoved } from "./remember-removed.ts";

/**
 * Removes one part of the expired tracking rows in one transaction, and records it. Workers go on meanwhile; only a
 * batch with an event that belongs to the same part waits. The table itself is locked for a moment at the end.
 *
 * @param horizon all rows before it are expired
 * @returns how many rows were removed
 */
export async function removeTrackingRows(
  client: pg.ClientBase,
  part: ExpiredPart,
  horizon: string,
): Promise<number> {
  await client.query("begin");
  try {
    const rows = await (part.partition === null
      ? deleteOthers(client, horizon)
      : dropPartition(client, `tallyman.${client.escapeIdentifier(part.partition)}`));
    await client.query(
      `insert into removals (kind, older_than, removed_rows, removed_bytes)
       values ('tracking_events', ${part.partition === null ? "$1::date" : "$1::date + interval '1 month'"}, $2, $3)`,
      [part.partition === null ? horizon : part.month, rows, part.bytes],
    );
    await client.query("commit");
    return rows;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

async function dropPartition(client: pg.ClientBase, partition: string): Promise<number> {
  // Nobody adds to it from here on.
  await patiently(client, `lock table ${partition} in share mode`);
  await rememberRemoved(client, partition);
  const { rows } = await client.query<{ rows: string }>(
    `select count(*) as rows from ${partition}`,
  );
  await patiently(client, `drop table ${partition}`);
  return Number(rows[0]?.rows);
}

async function deleteOthers(client: pg.ClientBase, horizon: string): Promise<number> {
  await patiently(client, `lock table ${OTHER} in share row exclusive mode`);
  await rememberRemoved(client, `(select * from ${OTHER} where ${before(horizon)})`);
  const { rowCount } = await client.query(`delete from ${OTHER} where ${before(horizon)}`);
  return rowCount ?? 0;
}
