import type pg from "pg";
import {
  REPOSITORY_ACTORS,
  REPOSITORY_STATS,
  TAG_STATS,
  type AllTime,
} from "../rollups/all-time.ts";
import { lowerNames } from "../rollups/lowered-names.ts";
import { prepareRecount } from "../rollups/prepare-recount.ts";

const MERGED: Readonly<Record<AllTime["merge"][string], (column: string) => string>> = {
  sum: (column) => `r.${column} + excluded.${column}`,
  min: (column) => `least(r.${column}, excluded.${column})`,
  max: (column) => `greatest(r.${column}, excluded.${column})`,
};

/**
 * Adds what some tracking rows tell of the totals over all time and of the ledger to the tables of what removed rows
 * told, before those rows are removed in the same transaction.
 *
 * @param source the rows: a table or a subquery in parentheses; nobody may add to them until the transaction ends
 */
export async function rememberRemoved(client: pg.ClientBase, source: string): Promise<void> {
  await prepareRecount(client);
  await lowerNames(client, source);
  for (const rollup of [REPOSITORY_STATS, REPOSITORY_ACTORS, TAG_STATS]) {
    await client.query(additionOf(rollup, source));
  }
  await client.query(`
    insert into tallyman.removed_receipts as r (registry, day, tracked, rejected)
    select registry, (received_at at time zone 'UTC')::date, count(*), 0 from ${source} events group by 1, 2
    on conflict (registry, day) do update set tracked = r.tracked + excluded.tracked`);
}

function additionOf({ key, merge, removed, recount }: AllTime, source: string): string {
  const columns = [...key, ...Object.keys(merge)].join(", ");
  const target = key.map((column) =>
    column === "actor_type" ? "(coalesce(actor_type, ''))" : column,
  );
  const updates = Object.entries(merge).map(
    ([column, aggregate]) => `${column} = ${MERGED[aggregate](column)}`,
  );
  return `
    insert into ${removed} as r (${columns})
    select ${columns} from (${recount(source)}) told
    on conflict (${target.join(", ")}) do update set ${updates.join(", ")}`;
}
