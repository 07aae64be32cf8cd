import type pg from "pg";
import { UsageError } from "../surroundings.ts";
import type { Column } from "./table-columns.ts";

/** Which rows of a table are wanted. */
export interface Wanted {
  readonly registry?: string | undefined;
  /** ISO 8601 in UTC, as `to`, which is not included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface ExportQuery {
  readonly text: string;
  readonly values: readonly string[];
}

/** Columns of which one tells when a row is about, the first that a table has. */
const TIMES = [
  "occurred_at",
  "period_start",
  "week",
  "month",
  "day",
  "received_at",
  "removed_at",
  "erased_at",
];

/**
 * A query of the wanted rows, every value as text.
 *
 * @param valueOf how a column's value is written, as SQL; it gets the column's quoted name
 * @throws UsageError when the table has no such column to choose by
 */
export function exportQuery(
  client: pg.ClientBase,
  table: string,
  columns: readonly Column[],
  { registry, from, to }: Wanted,
  valueOf: (column: Column, name: string) => string,
): ExportQuery {
  const values: string[] = [];
  const conditions: string[] = [];
  const add = (condition: (parameter: string) => string, value: string): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (registry !== undefined) {
    if (!columns.some(({ name }) => name === "registry")) {
      throw new UsageError(`${table} has no registry to choose by. Leave --registry out.`);
    }
    add((parameter) => `registry = ${parameter}`, registry);
  }
  if (from !== undefined || to !== undefined) {
    const time = TIMES.map((name) => columns.find((column) => column.name === name)).find(Boolean);
    if (time === undefined) {
      throw new UsageError(`${table} has no time to choose by. Leave --from and --to out.`);
    }
    const name = client.escapeIdentifier(time.name);
    const bound = (parameter: string): string =>
      time.kind === "timestamptz"
        ? `${parameter}::timestamptz`
        : `(${parameter}::timestamptz at time zone 'UTC')${time.kind === "date" ? "::date" : ""}`;
    if (from !== undefined) add((parameter) => `${name} >= ${bound(parameter)}`, from);
    if (to !== undefined) add((parameter) => `${name} < ${bound(parameter)}`, to);
  }
  const list = columns.map(
    (column) => `(${valueOf(column, client.escapeIdentifier(column.name))})::text`,
  );
  const where = conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
  return {
    text: `select ${list.join(", ")} from ${client.escapeIdentifier(table)}${where}`,
    values,
  };
}
