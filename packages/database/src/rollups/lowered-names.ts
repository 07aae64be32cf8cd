import { usernameOf } from "@tallyman/events";
import type pg from "pg";

/** A temporary table `name`, `lowered` of all names of actors that are not plain ASCII. */
export const LOWERED_NAMES = "pg_temp.tallyman_lowered_names";

/** Names in memory at once. */
const PAGE = 5_000;

/**
 * Puts names of actors into lower case as the worker does. Beyond ASCII it would depend on the database's locale what
 * its own `lower()` makes of them. The table is gone when the transaction ends.
 *
 * @param source the tracking rows whose names are meant: a table or a subquery in parentheses
 */
export async function lowerNames(client: pg.ClientBase, source = "tracking_events"): Promise<void> {
  await client.query(
    `create temp table tallyman_lowered_names (name text primary key, lowered text not null) on commit drop`,
  );
  await client.query(
    `declare tallyman_names no scroll cursor for
     select distinct actor_name from ${source} events
     where octet_length(actor_name) <> char_length(actor_name)`,
  );
  for (;;) {
    const { rows } = await client.query<{ actor_name: string }>(
      `fetch ${PAGE} from tallyman_names`,
    );
    if (rows.length === 0) break;
    const names = rows.map(({ actor_name }) => actor_name);
    await client.query(
      `insert into ${LOWERED_NAMES} select * from unnest($1::text[], $2::text[])`,
      [names, names.map(usernameOf)],
    );
  }
  await client.query("close tallyman_names");
  await client.query(`analyze ${LOWERED_NAMES}`);
}
