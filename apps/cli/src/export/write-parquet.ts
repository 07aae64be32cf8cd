import { once } from "node:events";
import type { Writable } from "node:stream";
import type pg from "pg";
import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import type { Column, ColumnKind } from "./table-columns.ts";

/** Rows of a row group, which is held in memory: some 15 MB of tracking rows, several times so while it is written. */
const GROUP_ROWS = 16_384;

/** The most digits of a decimal that readers know, in 16 bytes. */
const DECIMAL_DIGITS = 38;

/** Digits after the point beyond which a decimal is no amount but a ratio, and becomes a double. */
const MOST_SCALE = 12;

type Value = string | number | bigint | boolean;

interface Format {
  readonly schema: Omit<SchemaElement, "name">;
  /** SQL whose text `parse` reads. */
  readonly sql: (name: string) => string;
  readonly parse: (text: string) => Value;
}

const itself = (name: string): string => name;
const microseconds = (name: string): string => `(extract(epoch from ${name}) * 1000000)::bigint`;
const timestamp = (isAdjustedToUTC: boolean): Format => ({
  schema: { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC, unit: "MICROS" } },
  sql: microseconds,
  parse: BigInt,
});

const FORMATS: Readonly<Record<Exclude<ColumnKind, "decimal">, Format>> = {
  text: { schema: { type: "BYTE_ARRAY", converted_type: "UTF8" }, sql: itself, parse: String },
  boolean: { schema: { type: "BOOLEAN" }, sql: itself, parse: (text) => text === "true" },
  int: { schema: { type: "INT32" }, sql: itself, parse: Number },
  bigint: { schema: { type: "INT64" }, sql: itself, parse: BigInt },
  double: { schema: { type: "DOUBLE" }, sql: itself, parse: Number },
  date: {
    schema: { type: "INT32", converted_type: "DATE" },
    sql: (name) => `${name} - date '1970-01-01'`,
    parse: Number,
  },
  timestamp: timestamp(false),
  timestamptz: timestamp(true),
};

function decimal(scale: number): Format {
  if (scale > MOST_SCALE) return FORMATS.double;
  return {
    schema: {
      type: "FIXED_LEN_BYTE_ARRAY",
      type_length: 16,
      converted_type: "DECIMAL",
      precision: DECIMAL_DIGITS,
      scale,
    },
    sql: (name) => `trunc(${name} * 1${"0".repeat(scale)})`,
    parse: BigInt,
  };
}

/** A column and how it is written. */
export interface ParquetColumn extends Column {
  readonly format: Format;
}

/** Finds how each column is written. A decimal that does not say its scale is looked at: all of its values must fit. */
export async function parquetColumns(
  client: pg.ClientBase,
  table: string,
  columns: readonly Column[],
): Promise<readonly ParquetColumn[]> {
  const open = columns.filter(({ kind, scale }) => kind === "decimal" && scale === undefined);
  const scales = new Map<string, number>();
  if (open.length > 0) {
    const list = open.map(
      ({ name }) => `coalesce(max(scale(${client.escapeIdentifier(name)})), 0)`,
    );
    const { rows } = await client.query<number[]>({
      text: `select ${list.join(", ")} from ${client.escapeIdentifier(table)}`,
      rowMode: "array",
    });
    for (const [index, { name }] of open.entries()) scales.set(name, rows[0]?.[index] ?? 0);
  }
  return columns.map((column) => ({
    ...column,
    format:
      column.kind === "decimal"
        ? decimal(column.scale ?? scales.get(column.name) ?? 0)
        : FORMATS[column.kind],
  }));
}

/** How a value is written, as SQL. */
export function parquetValue({ format }: ParquetColumn, name: string): string {
  return format.sql(name);
}

/** Writes rows as Parquet (Snappy), one row group after the other. */
export async function writeParquet(
  rows: AsyncIterable<readonly (string | null)[]>,
  columns: readonly ParquetColumn[],
  output: Writable,
): Promise<void> {
  const bytes = new StreamWriter(output);
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: "root", num_children: columns.length },
      ...columns.map(({ name, nullable, format }): SchemaElement => ({
        name,
        repetition_type: nullable ? "OPTIONAL" : "REQUIRED",
        ...format.schema,
      })),
    ],
    createdBy: "tallyman",
  });
  const group: (Value | null)[][] = columns.map(() => []);
  const flush = async (): Promise<void> => {
    const columnData = columns.map(({ name }, index) => ({ name, data: group[index] ?? [] }));
    await writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    for (const values of group) values.length = 0;
  };
  for await (const row of rows) {
    for (const [index, { format }] of columns.entries()) {
      const text = row[index] ?? null;
      group[index]?.push(text === null ? null : format.parse(text));
    }
    if (group[0]?.length === GROUP_ROWS) await flush();
  }
  if ((group[0]?.length ?? 0) > 0) await flush();
  await writer.finish();
  await bytes.flush();
}

/** Hands each row group to a stream, and waits until that has room for the next. */
class StreamWriter extends ByteWriter {
  readonly #output: Writable;

  constructor(output: Writable) {
    super();
    this.#output = output;
  }

  async flush(): Promise<void> {
    const bytes = this.getBytes().slice();
    this.index = 0;
    if (!this.#output.write(bytes)) await once(this.#output, "drain");
  }
}
