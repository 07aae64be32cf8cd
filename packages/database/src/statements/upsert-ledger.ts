import type pg from "pg";
import { columns, run } from "../transaction.ts";

/** What a batch adds to the ledger of one registry and day of receipt. */
export interface LedgerDelta {
  readonly registry: string;
  readonly day: string;
  received: number;
  tracked: number;
  duplicates: number;
  rejected: number;
}

const TEXT = `
insert into ledger as l (registry, day, received, tracked, duplicates, rejected)
select * from unnest($1::text[], $2::date[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
on conflict (registry, day) do update set
  received = l.received + excluded.received,
  tracked = l.tracked + excluded.tracked,
  duplicates = l.duplicates + excluded.duplicates,
  rejected = l.rejected + excluded.rejected`;

/** Adds to the ledger. */
export async function upsertLedger(
  client: pg.ClientBase,
  deltas: readonly LedgerDelta[],
): Promise<void> {
  const values = columns(deltas, [
    "registry",
    "day",
    "received",
    "tracked",
    "duplicates",
    "rejected",
  ]);
  await run(client, "upsert-ledger", TEXT, values);
}
