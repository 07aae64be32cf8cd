import type pg from "pg";

const DEADLOCK = "40P01";
const ATTEMPTS = 3;

/**
 * Does something in one transaction of its own. Of two that wait for each other Postgres ends one, which is then done
 * again.
 */
export async function transaction<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query("begin");
      const result = await work();
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      if ((error as { code?: unknown }).code !== DEADLOCK || attempt === ATTEMPTS) throw error;
    }
  }
}

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

/** A value of a column as an array's element. */
type Element = string | number | bigint | boolean | null;

/**
 * The columns of some objects as Postgres arrays, in the order of `fields`: the parameters of an `unnest` statement.
 * Written here rather than by pg, whose general way costs twice the time for the largest part of every batch.
 */
export function columns<Field extends string>(
  rows: readonly { readonly [F in Field]: Element }[],
  fields: readonly Field[],
): string[] {
  return fields.map((field) => arrayLiteral(rows, field));
}

function arrayLiteral<Field extends string>(
  rows: readonly { readonly [F in Field]: Element }[],
  field: Field,
): string {
  let literal = "{";
  for (const row of rows) {
    if (literal !== "{") literal += ",";
    const value = row[field];
    if (value === null) literal += "NULL";
    else if (typeof value === "string") literal += quote(value);
    else literal += String(value);
  }
  return `${literal}}`;
}

function quote(text: string): string {
  const plain = !text.includes('"') && !text.includes("\\");
  return `"${plain ? text : text.replace(/[\\"]/g, "\\$&")}"`;
}
