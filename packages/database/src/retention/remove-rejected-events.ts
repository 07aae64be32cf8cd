import type pg from "pg";

const FIRST_KEPT = "((now() at time zone 'UTC')::date - $1::int)";

const CLOSED = `coalesce(replayed_at, discarded_at) < ${FIRST_KEPT}::timestamp at time zone 'UTC'`;

/** How many rejected events were replayed or discarded more than so many days ago. */
export async function countExpiredRejected(client: pg.ClientBase, days: number): Promise<number> {
  const { rows } = await client.query<{ rows: string }>(
    `select count(*) as rows from rejected_events where ${CLOSED}`,
    [days],
  );
  return Number(rows[0]?.rows);
}

/**
 * Removes them and records it. A discarded event counts as rejected in the ledger for ever, so its day of receipt is
 * remembered.
 *
 * @returns how many were removed
 */
export async function removeRejectedEvents(client: pg.ClientBase, days: number): Promise<number> {
  const { rows } = await client.query<{ rows: string }>(
    `with gone as (
       delete from rejected_events where ${CLOSED} returning registry, received_at, replayed_at
     ), remembered as (
       insert into tallyman.removed_receipts as r (registry, day, tracked, rejected)
       select registry, (received_at at time zone 'UTC')::date, 0, count(*)
       from gone where replayed_at is null group by 1, 2
       on conflict (registry, day) do update set rejected = r.rejected + excluded.rejected
     ), recorded as (
       insert into removals (kind, older_than, removed_rows)
       select 'rejected_events', ${FIRST_KEPT}, count(*) from gone having count(*) > 0
     )
     select count(*) as rows from gone`,
    [days],
  );
  return Number(rows[0]?.rows);
}
