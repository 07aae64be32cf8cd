import type pg from "pg";

/** A statement's rows. */
export type Rows<Row> = readonly Row[];

/**
 * Runs one statement, prepared under its name on each connection.
 *
 * @param name unique per statement text
 */
export async function run<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Rows<Row>> {
  const result = await client.query<Row>({ name, text, values: values as unknown[] });
  return result.rows;
}

/** The columns of some objects as arrays, in the order of `fields`: the parameters of an `unnest` statement. */
export function columns<T>(rows: readonly T[], fields: readonly (keyof T)[]): unknown[][] {
  return fields.map((field) => rows.map((row) => row[field]));
}
