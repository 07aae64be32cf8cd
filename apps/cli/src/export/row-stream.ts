import type pg from "pg";
import QueryStream from "pg-query-stream";
import type { ExportQuery } from "./export-query.ts";

/** Rows in memory at once. */
const BATCH_ROWS = 1_000;

const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** The rows of a query one after the other, every value as text. */
export function rowStream(
  client: pg.Client,
  { text, values }: ExportQuery,
): AsyncIterable<readonly (string | null)[]> {
  const options = { batchSize: BATCH_ROWS, rowMode: "array", types: AS_TEXT } as const;
  return client.query(new QueryStream(text, [...values], options)) as AsyncIterable<
    readonly (string | null)[]
  >;
}
