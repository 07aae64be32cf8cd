import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify";
import type { Column } from "./table-columns.ts";

/** How a value is written, as SQL: times as ISO 8601 in UTC with microseconds, all else as Postgres shows it. */
export function csvValue({ kind }: Column, name: string): string {
  const format = (zone: string): string => `'YYYY-MM-DD"T"HH24:MI:SS.US"${zone}"'`;
  if (kind === "timestamptz") return `to_char(${name} at time zone 'UTC', ${format("Z")})`;
  return kind === "timestamp" ? `to_char(${name}, ${format("")})` : name;
}

/** Writes rows as CSV (RFC 4180, with a header). A null is nothing, an empty text is `""`. */
export async function writeCsv(
  rows: AsyncIterable<readonly (string | null)[]>,
  columns: readonly Column[],
  output: Writable,
): Promise<void> {
  const csv = stringify({
    header: true,
    columns: columns.map(({ name }) => name),
    // Of texts only; the library's own option for it quotes nulls as well.
    quoted_match: /^$/,
    record_delimiter: "windows",
  });
  await pipeline(Readable.from(rows), csv, output, { end: false });
}
