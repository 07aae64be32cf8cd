import type { Rollup } from "./rollup.ts";

/** What the tables tell about the ledger. Its duplicates left no row, so that they are only checked to balance. */
export const LEDGER: Rollup = {
  table: "ledger",
  key: ["registry", "day"],
  values: ["tracked", "rejected", "unaccounted"],
  wanted: `select registry, day, sum(tracked)::bigint as tracked, sum(rejected)::bigint as rejected,
      0::bigint as unaccounted
    from (
      select registry, (received_at at time zone 'UTC')::date as day, count(*) as tracked, 0 as rejected
      from tracking_events group by 1, 2
      union all
      select registry, (received_at at time zone 'UTC')::date, 0, count(*)
      from rejected_events where replayed_at is null group by 1, 2
      union all
      select registry, day, tracked, rejected from tallyman.removed_receipts
      union all
      select registry, day, 0, 0 from ledger
    ) events group by 1, 2`,
  actual: `select registry, day, tracked, rejected, received - tracked - duplicates - rejected as unaccounted
    from ledger`,
};
