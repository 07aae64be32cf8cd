/** Expressions and values as JSON shows them, in every answer alike. */

/** SQL for a point in time as text: UTC, ISO 8601, all six digits that Postgres keeps. */
export function instant(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** SQL for a point in time as a number to sort by, exact to the microsecond. Never is earlier than everything. */
export function moment(column: string): string {
  return `coalesce(extract(epoch from ${column}), '-Infinity')::numeric`;
}

/** SQL for a date as text. The driver would make a local midnight of it. */
export function day(column: string): string {
  return `to_char(${column}, 'YYYY-MM-DD')`;
}

/** A count, which the driver gives as text: a number when JSON readers can hold it exactly, otherwise the text. */
export function count(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

/** A row whose named columns are counts. */
export function withCounts<Row extends object, Name extends keyof Row>(
  row: Row,
  names: readonly Name[],
): Omit<Row, Name> & Record<Name, number | string> {
  const counts = names.map((name) => [name, count(String(row[name]))] as const);
  return Object.assign({ ...row }, Object.fromEntries(counts) as Record<Name, number | string>);
}
