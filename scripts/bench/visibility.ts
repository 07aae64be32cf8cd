import { withClient } from "./databases.ts";
import type { Sample } from "./ledger-probe.ts";
import type { LoadResult } from "./load/load-options.ts";

/**
 * Milliseconds from each event's acknowledgement until a reader saw it in the ledger, ascending; a negative one (seen
 * before the sender had its answer) counts as 0.
 *
 * Postgres tells which transaction wrote each tracking row, and in which order these were committed. A transaction is
 * visible at the first look at the ledger that shows all events up to and including its own. So nothing is assumed
 * about the order of processing, and what is measured is what a reader sees, commit and fsync included; it is late by
 * at most the interval between two looks.
 */
export async function visibilityLags(options: {
  readonly url: string;
  readonly run: string;
  readonly load: LoadResult;
  readonly samples: readonly Sample[];
}): Promise<Float64Array> {
  const { url, run, load, samples } = options;
  const rows = await withClient(url, async (client) => {
    const result = await client.query<{ number: string; upto: string }>(
      `with transactions as (
         select id, sum(events) over (order by at, id::text) as upto
         from (
           select xmin as id, pg_xact_commit_timestamp(xmin) as at, count(*) as events
           from tracking_events group by 1, 2
         ) written
       )
       select ('x' || substr(event_id, 25))::bit(48)::bigint as number, upto
       from tracking_events join transactions on xmin = id
       where event_id like $1 || '-%'`,
      [run],
    );
    return result.rows;
  });
  const seen = new Map<string, number>();
  const lags = rows.map(({ number, upto }) => {
    let at = seen.get(upto);
    if (at === undefined) {
      at = samples.find(({ visible }) => visible >= Number(upto))?.at ?? Number.NaN;
      seen.set(upto, at);
    }
    return Math.max(0, at - (load.acknowledgedAt[Number(number)] ?? Number.NaN));
  });
  if (lags.length !== load.acknowledged || lags.some(Number.isNaN)) {
    throw new Error(`${lags.length} of ${load.acknowledged} acknowledged events became visible.`);
  }
  return Float64Array.from(lags).toSorted();
}
