import type pg from "pg";
import { ROLLUPS } from "./all-rollups.ts";
import { LEDGER } from "./ledger-check.ts";
import { lowerNames } from "./lowered-names.ts";
import { differencesOf, HORIZON, type Rollup } from "./rollup.ts";
import { keepTrackingRows, prepareRecount } from "./prepare-recount.ts";

/** One row that is not what the tracking rows make of it. Values are text, as Postgres writes them: exact. */
export interface Difference {
  readonly key: Readonly<Record<string, string | null>>;
  /** Null when there should be no such row. */
  readonly expected: Readonly<Record<string, string | null>> | null;
  /** Null when the row is missing. */
  readonly actual: Readonly<Record<string, string | null>> | null;
}

/** How a table compares with its recount. */
export interface TableVerdict {
  readonly table: string;
  readonly rows: number;
  /** How many rows differ, of which some are shown. */
  readonly differences: number;
  readonly shown: readonly Difference[];
}

export interface VerifyOptions {
  /** Most differences that are shown of each table. */
  readonly show: number;
  /** Hears which table is counted next. */
  readonly onTable?: (table: string, index: number, total: number) => void;
}

/**
 * The UTC day from which on days, weeks and months are compared (`YYYY-MM-DD`); null while retention has removed nothing.
 */
export async function readHorizon(client: pg.ClientBase): Promise<string | null> {
  const { rows } = await client.query<{ horizon: string | null }>(
    `select nullif(${HORIZON}, '-infinity')::text as horizon`,
  );
  return rows[0]?.horizon ?? null;
}

/**
 * Counts every rollup once more from tracking_events, and checks the ledger against the tables. All of it in one
 * snapshot, so that workers may go on, and within the database: only the differences that are shown come here.
 *
 * @returns a verdict on each table; all is well when none has differences
 */
export async function verifyRollups(
  client: pg.ClientBase,
  { show, onTable }: VerifyOptions,
): Promise<readonly TableVerdict[]> {
  const tables = [...ROLLUPS, LEDGER];
  const verdicts: TableVerdict[] = [];
  await client.query("begin isolation level repeatable read");
  try {
    await keepTrackingRows(client);
    await prepareRecount(client);
    await lowerNames(client);
    for (const [index, rollup] of tables.entries()) {
      onTable?.(rollup.table, index, tables.length);
      verdicts.push(await verify(client, rollup, show));
    }
    return verdicts;
  } finally {
    // Nothing was written but a temporary table.
    await client.query("rollback").catch(() => undefined);
  }
}

async function verify(client: pg.ClientBase, rollup: Rollup, show: number): Promise<TableVerdict> {
  const { table, key, values } = rollup;
  const object = (prefix: string, names: readonly string[]): string =>
    `json_build_object(${names.map((name) => `'${name}', ${prefix}${name}::text`).join(", ")})`;
  const { rows: shown } = await client.query<Difference & { total: string }>(
    `select count(*) over () as total, ${object("", key)} as key,
       case when in_wanted then ${object("wanted_", values)} end as expected,
       case when in_actual then ${object("actual_", values)} end as actual
     from (${differencesOf(rollup)}) differences
     order by ${key.join(", ")} limit $1`,
    // One is asked for at least: its row carries the total.
    [Math.max(show, 1)],
  );
  const { rows } = await client.query<{ rows: string }>(`select count(*) as rows from ${table}`);
  return {
    table,
    rows: Number(rows[0]?.rows),
    differences: Number(shown[0]?.total ?? 0),
    shown: shown
      .slice(0, show)
      .map(({ key: name, expected, actual }) => ({ key: name, expected, actual })),
  };
}
