/**
 * The UTC day from which on `tracking_events` is complete, as an SQL expression: retention has removed what was before.
 */
export const HORIZON = `(select coalesce(max(older_than), '-infinity') from removals where kind = 'tracking_events')`;

/** A rollup as it must be: what `verify` compares and `rebuild` writes. All of it is SQL text. */
export interface Rollup {
  /** The table, with its schema where it is not public. */
  readonly table: string;
  /** Columns that name a row. */
  readonly key: readonly string[];
  /** Columns of the key that may be null; null and '' are the same there. */
  readonly nullable?: readonly string[];
  /**
   * The column of the key that is a day, if there is one. Rows of days before the horizon are left alone: nobody can
   * count them once more. The horizon is the first day of a month; a week that it cuts begins before it.
   */
  readonly dated?: string;
  /** Columns that the row is about. */
  readonly values: readonly string[];
  /** Whether several rows of the table may have one key and are one row in parts; then the key is not unique. */
  readonly inParts?: true;
  /** A query that recomputes the rows, with these columns. */
  readonly wanted: string;
  /** A query that reads the rows; by default the columns of the table. */
  readonly actual?: string;
}

/**
 * A query that compares a rollup with its recomputation and gives one row for each difference: the key, `in_wanted` and
 * `in_actual` (null on the side that lacks the row), and each value as `wanted_…` and `actual_…`.
 */
export function differencesOf(rollup: Rollup): string {
  const { table, key, values, wanted } = rollup;
  const kept = rollup.dated === undefined ? "" : `where ${rollup.dated} >= ${HORIZON}`;
  const actual = rollup.actual ?? `select ${[...key, ...values].join(", ")} from ${table}`;
  return `
    select ${[
      ...key.map((column) => `coalesce(w.${column}, a.${column}) as ${column}`),
      "w.here as in_wanted",
      "a.here as in_actual",
      ...values.flatMap((column) => [
        `w.${column} as wanted_${column}`,
        `a.${column} as actual_${column}`,
      ]),
    ].join(", ")}
    from (select q.*, true as here from (${wanted}) q ${kept}) w
    full join (select q.*, true as here from (${actual}) q ${kept}) a on ${matchOf(rollup, "w", "a")}
    where row(${["here", ...values].map((column) => `w.${column}`).join(", ")})
      is distinct from row(${["here", ...values].map((column) => `a.${column}`).join(", ")})`;
}

/** The condition that two rows have the same key. */
export function matchOf({ key, nullable = [] }: Rollup, left: string, right: string): string {
  const side = (alias: string, column: string): string =>
    nullable.includes(column) ? `coalesce(${alias}.${column}, '')` : `${alias}.${column}`;
  return key.map((column) => `${side(left, column)} = ${side(right, column)}`).join(" and ");
}
