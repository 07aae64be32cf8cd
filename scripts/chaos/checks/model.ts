import type pg from "pg";
import { readTables } from "../../../test/support/read-tables.ts";
import { ReferenceModel, type Row } from "../../../test/support/reference-model.ts";
import type { Settled } from "./settled.ts";

/**
 * R: the tables against the reference model, which counts in one thread what was counted in the end. Two things are the
 * tables' to say: which event of a repository creates it, and when ingest received an event. The ledger's duplicates
 * depend on what arrived twice; it is checked by itself.
 */
export async function compareWithModel(
  pool: pg.Pool,
  counted: Settled["counted"],
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    "select registry || '/' || event_id as id from tracking_events where created_repository",
  );
  const model = new ReferenceModel("open", new Set(rows.map(({ id }) => id)));
  for (const { registry, receivedAt, body } of counted)
    model.receive({ registry, receivedAt, body });
  const tables = await readTables(pool);
  const faults: string[] = [];
  for (const [table, expected] of Object.entries(model.tables())) {
    if (table === "ledger") continue;
    const difference = firstDifference(tables[table] ?? [], expected);
    if (difference !== undefined) faults.push(`R ${table} differs from the model: ${difference}`);
  }
  return faults;
}

function firstDifference(actual: readonly Row[], expected: readonly Row[]): string | undefined {
  const there = new Set(actual.map((row) => JSON.stringify(row)));
  const wanted = new Set(expected.map((row) => JSON.stringify(row)));
  const missing = [...wanted].find((row) => !there.has(row));
  const extra = [...there].find((row) => !wanted.has(row));
  if (missing !== undefined || extra !== undefined) {
    return `${actual.length} rows for ${expected.length}; not there: ${missing}; too much: ${extra}`;
  }
  return actual.length === expected.length ? undefined : "a row is there twice";
}
