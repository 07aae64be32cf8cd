import type { LedgerCounts } from "./answers.ts";

/** What the ledger is off by: received - tracked - duplicates - rejected, which has to be 0. */
export function imbalance({ received, tracked, duplicates, rejected }: LedgerCounts): bigint {
  return BigInt(received) - BigInt(tracked) - BigInt(duplicates) - BigInt(rejected);
}
