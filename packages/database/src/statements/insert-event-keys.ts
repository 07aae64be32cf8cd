import type pg from "pg";
import { run } from "../transaction.ts";

const TEXT = `
insert into tallyman.event_keys (key, day)
select key, day from unnest($1::uuid[], $2::date[]) as new (key, day)
on conflict do nothing
returning replace(key::text, '-', '') as key`;

/**
 * Claims the keys of a batch.
 *
 * @param keys sorted by key, so that workers with common keys wait for each other in one order
 * @returns the keys that nobody had claimed before
 */
export async function insertEventKeys(
  client: pg.ClientBase,
  keys: readonly { readonly key: string; readonly day: string }[],
): Promise<ReadonlySet<string>> {
  const rows = await run<{ key: string }>(client, "insert-event-keys", TEXT, [
    keys.map(({ key }) => key),
    keys.map(({ day }) => day),
  ]);
  return new Set(rows.map(({ key }) => key));
}
