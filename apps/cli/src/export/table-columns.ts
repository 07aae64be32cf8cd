import type pg from "pg";
import { UsageError } from "../surroundings.ts";

/** What a column holds, as far as a file cares. */
export type ColumnKind =
  | "text"
  | "boolean"
  | "int"
  | "bigint"
  | "decimal"
  | "double"
  | "date"
  | "timestamp"
  | "timestamptz";

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  /** Digits after the point, for a decimal that says it. */
  readonly scale: number | undefined;
}

const KINDS: Readonly<Record<string, ColumnKind>> = {
  bool: "boolean",
  int2: "int",
  int4: "int",
  int8: "bigint",
  numeric: "decimal",
  float4: "double",
  float8: "double",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
};

const COLUMNS = `
  select a.attname as name, t.typname as type, not a.attnotnull as nullable,
    case when t.typname = 'numeric' and a.atttypmod >= 4 then (a.atttypmod - 4) & 65535 end as scale
  from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and c.relname = $1
    and a.attnum > 0 and not a.attisdropped
  order by a.attnum`;

const TABLES = `
  select relname as name from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') order by 1`;

/** The columns of a public table or view. @throws UsageError when there is none of that name */
export async function columnsOf(client: pg.ClientBase, table: string): Promise<readonly Column[]> {
  const { rows } = await client.query<Omit<Column, "kind"> & { type: string }>(COLUMNS, [table]);
  const columns = rows.map(({ name, type, nullable, scale }) => ({
    name,
    kind: KINDS[type] ?? "text",
    nullable,
    scale: scale ?? undefined,
  }));
  if (columns.length > 0) return columns;
  const { rows: tables } = await client.query<{ name: string }>(TABLES);
  throw new UsageError(
    `There is no table ${table}. Take one of: ${tables.map(({ name }) => name).join(", ")}.`,
  );
}
