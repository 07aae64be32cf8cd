import type pg from "pg";
import { ROLLUPS } from "./all-rollups.ts";
import { haltSums } from "../actor-days/sum-actor-days.ts";
import { haltBatches } from "./halt-batches.ts";
import { LEDGER } from "./ledger-check.ts";
import { lowerNames } from "./lowered-names.ts";
import { keepTrackingRows, prepareRecount } from "./prepare-recount.ts";
import { differencesOf, matchOf, type Rollup } from "./rollup.ts";

/** What was done to a table. */
export interface RebuiltTable {
  readonly table: string;
  /** Rows that should not be there. */
  readonly removed: number;
  /** Rows that were missing or wrong. */
  readonly written: number;
}

export interface RebuildOptions {
  /** Rebuild although tracking rows are gone: what only they told will be gone from the rollups, too. */
  readonly acceptMissingEvents: boolean;
  /** Only tells what would be done: waits for nobody and writes nothing. */
  readonly dryRun: boolean;
  /** Hears which table is rebuilt next. */
  readonly onTable?: (table: string, index: number, total: number) => void;
}

/** The ledger has counted events whose tracking rows are not there any more. */
export class MissingEventsError extends Error {
  override readonly name = "MissingEventsError";
  readonly missing: number;

  constructor(missing: number) {
    super(`The ledger has counted ${missing} events whose rows in tracking_events are gone.`);
    this.missing = missing;
  }
}

/**
 * Makes every rollup but the ledger what the tracking rows say, in one transaction. Only rows that differ are touched,
 * and readers see the old ones until COMMIT.
 *
 * Batches hold the lock of the member epoch, shared, until they commit (migrations/0004). The rebuild takes it for
 * itself: it begins after the last batch, and the next ones wait and count on the rebuilt rows. Raising the epoch makes
 * the workers forget what they remember of the exact sets.
 *
 * @throws MissingEventsError when that would lose history
 */
export async function rebuildRollups(
  client: pg.ClientBase,
  { acceptMissingEvents, dryRun, onTable }: RebuildOptions,
): Promise<readonly RebuiltTable[]> {
  const rebuilt: RebuiltTable[] = [];
  await client.query(dryRun ? "begin isolation level repeatable read" : "begin");
  try {
    await keepTrackingRows(client);
    if (!dryRun) {
      await haltSums(client);
      await haltBatches(client);
    }
    await prepareRecount(client);
    if (!acceptMissingEvents) await assertNoEventsMissing(client);
    await lowerNames(client);
    for (const [index, rollup] of ROLLUPS.entries()) {
      onTable?.(rollup.table, index, ROLLUPS.length);
      rebuilt.push(await (dryRun ? forecast(client, rollup) : rebuild(client, rollup)));
    }
    await client.query(dryRun ? "rollback" : "commit");
    return rebuilt;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

async function assertNoEventsMissing(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ missing: string }>(
    `select coalesce(sum(actual_tracked - wanted_tracked), 0) as missing
     from (${differencesOf(LEDGER)}) differences where actual_tracked > wanted_tracked`,
  );
  const missing = Number(rows[0]?.missing);
  if (missing > 0) throw new MissingEventsError(missing);
}

async function forecast(client: pg.ClientBase, rollup: Rollup): Promise<RebuiltTable> {
  const { rows } = await client.query<Counts>(`
    select count(*) filter (where in_wanted is null) as removed, count(*) filter (where in_wanted) as written
    from (${differencesOf(rollup)}) differences`);
  return toRebuilt(rollup, rows);
}

async function rebuild(client: pg.ClientBase, rollup: Rollup): Promise<RebuiltTable> {
  const { table, key, values, nullable = [], inParts = false } = rollup;
  const target = key.map((name) => (nullable.includes(name) ? `(coalesce(${name}, ''))` : name));
  const update =
    values.length === 0
      ? "do nothing"
      : `do update set ${values.map((name) => `${name} = excluded.${name}`).join(", ")}`;
  const wanted = [...key, ...values.map((name) => `wanted_${name}`)];
  const { rows } = await client.query<Counts>(`
    with differences as materialized (${differencesOf(rollup)}),
    removed as (
      delete from ${table} t using differences d
      where ${inParts ? "d.in_actual" : "d.in_wanted is null"} and ${matchOf(rollup, "t", "d")}
      returning d.in_wanted
    ),
    written as (
      insert into ${table} (${[...key, ...values].join(", ")})
      select ${wanted.join(", ")} from differences where in_wanted
      ${inParts ? "" : `on conflict (${target.join(", ")}) ${update}`} returning 1
    )
    select (select count(*) from removed where in_wanted is null) as removed, (select count(*) from written) as written`);
  return toRebuilt(rollup, rows);
}

interface Counts {
  readonly removed: string;
  readonly written: string;
}

function toRebuilt({ table }: Rollup, [counts]: readonly Counts[]): RebuiltTable {
  return { table, removed: Number(counts?.removed), written: Number(counts?.written) };
}
