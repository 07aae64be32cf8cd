import type pg from "pg";
import { columns, run } from "../transaction.ts";

// Nearly all keys are new, so the answer names the few that are not.
const TEXT = `
with claimed as (
  insert into tallyman.event_keys (key, day)
  select key, day from unnest($1::uuid[], $2::date[]) as new (key, day)
  on conflict do nothing
  returning key
)
select replace(wanted.key::text, '-', '') as key
from unnest($1::uuid[]) as wanted (key)
where not exists (select from claimed where claimed.key = wanted.key)`;

/**
 * Claims the keys of a batch.
 *
 * @param keys different ones, sorted, so that workers with common keys wait for each other in one order
 * @returns the keys that somebody had claimed before
 */
export async function insertEventKeys(
  client: pg.ClientBase,
  keys: readonly { readonly key: string; readonly day: string }[],
): Promise<ReadonlySet<string>> {
  const values = columns(keys, ["key", "day"]);
  const known = await run<{ key: string }>(client, "insert-event-keys", TEXT, values);
  return new Set(known.map(({ key }) => key));
}
