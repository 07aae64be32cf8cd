import type pg from "pg";
import { HORIZON } from "../rollups/rollup.ts";

const receiptDay = "min((received_at at time zone 'UTC')::date)";

const OLD_ENOUGH = "(now() at time zone 'UTC')::date - $1::int";

/**
 * The day of receipt before which no key can belong to a row that is still there. An event is at most 24 hours ahead of
 * its receipt, so whatever was received more than a day before the horizon happened before it, and its row is gone. The
 * keys of rows that came late, and of rejected events, stay as long as those.
 */
const SAFE_DAY = `least(${OLD_ENOUGH}, ${HORIZON} - 1,
  (select ${receiptDay} from rejected_events),
  (select ${receiptDay} from tracking_events where occurred_at < ${HORIZON}::timestamp at time zone 'UTC'))`;

/**
 * Forgets the keys of events that were received more than so many days ago and whose rows are removed, and records it.
 * Such an event would count again if it were delivered once more.
 *
 * @returns how many were forgotten; none when tracking rows were never removed
 */
export async function forgetEventKeys(client: pg.ClientBase, days: number): Promise<number> {
  const { rows } = await client.query<{ rows: string }>(
    `with safe as materialized (select ${SAFE_DAY} as day),
     gone as (delete from tallyman.event_keys using safe where event_keys.day < safe.day returning 1),
     recorded as (
       insert into removals (kind, older_than, removed_rows)
       select 'event_keys', max(day), (select count(*) from gone) from safe having (select count(*) from gone) > 0
     )
     select count(*) as rows from gone`,
    [days],
  );
  return Number(rows[0]?.rows);
}

/**
 * How many there are.
 *
 * @param horizon counts as if all tracking rows before this day were removed
 */
export async function countForgettableKeys(
  client: pg.ClientBase,
  days: number,
  horizon: string | null,
): Promise<number> {
  const { rows } = await client.query<{ rows: string }>(
    `select count(*) as rows from tallyman.event_keys
     where day < least(${OLD_ENOUGH}, greatest(${HORIZON}, $2::date) - 1, (select ${receiptDay} from rejected_events))`,
    [days, horizon],
  );
  return Number(rows[0]?.rows);
}
