import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { withClient } from "./databases.ts";
import type { LoadResult } from "./load/load-options.ts";
import { WORKLOAD } from "./workload.ts";

/** Milliseconds between two looks at the ledger. */
const POLL_INTERVAL_MS = 10;

/** Events that the ledger shows as tracked: what anybody sees of the pipeline's work. */
export async function visibleEvents(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ tracked: string }>(
    "select coalesce(sum(tracked), 0) as tracked from ledger",
  );
  return Number(rows[0]?.tracked);
}

/** Waits until so many events are visible. @throws Error after some seconds without any progress */
export async function untilVisible(
  url: string,
  events: number,
  onProgress: (visible: number) => void,
  stallSeconds = 30,
): Promise<void> {
  await withClient(url, async (client) => {
    let best = -1;
    let deadline = Date.now() + stallSeconds * 1_000;
    for (;;) {
      const visible = await visibleEvents(client);
      onProgress(visible);
      if (visible >= events) return;
      if (visible > best) {
        best = visible;
        deadline = Date.now() + stallSeconds * 1_000;
      }
      if (Date.now() > deadline) {
        throw new Error(`${visible} of ${events} events are tracked and it goes no further.`);
      }
      await delay(POLL_INTERVAL_MS);
    }
  });
}

/** The numbers of a run's events that must be tracked: all of them, or those that a load run got acknowledged. */
export type Expected = { readonly run: string; readonly numbers: readonly number[] };

export function acknowledgedNumbers(run: string, result: LoadResult): Expected {
  const numbers: number[] = [];
  for (const [number, at] of result.acknowledgedAt.entries()) if (at > 0) numbers.push(number);
  return { run, numbers };
}

export function allNumbers(run: string, events: number): Expected {
  return { run, numbers: Array.from({ length: events }, (_, number) => number) };
}

/**
 * Checks in SQL that each expected event is tracked exactly once, that no event of the run is there twice, and that
 * the ledger and the daily rollup agree with the tracking rows.
 *
 * @throws Error when not: the rate would be worth nothing
 */
export async function checkTracked(url: string, expected: Expected): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<Record<string, string>>(
      `with tracked as (
         select ('x' || substr(event_id, 25))::bit(48)::bigint as number, count(*) as times
         from tracking_events
         where event_id like $1 || '-%' and occurred_at > now() - interval '${WORKLOAD.days + 1} days'
         group by 1
       )
       select
         (select count(*) from unnest($2::bigint[]) as wanted (number)
           where not exists (select from tracked t where t.number = wanted.number)) as missing,
         (select count(*) from tracked where times > 1) as repeated,
         (select count(*) from tracking_events) as rows,
         (select coalesce(sum(tracked), 0) from ledger) as ledger,
         (select coalesce(sum(events), 0) from event_rollups) as rollup`,
      [expected.run, expected.numbers],
    );
    const { missing, repeated, ...counts } = rows[0] ?? {};
    const balanced = new Set(Object.values(counts)).size === 1;
    if (missing === "0" && repeated === "0" && balanced) return;
    throw new Error(
      `Of ${expected.numbers.length} acknowledged events ${missing} are not tracked and ${repeated} more than once; ` +
        `tracking rows ${counts["rows"]}, ledger ${counts["ledger"]}, rollup ${counts["rollup"]}.`,
    );
  });
}
