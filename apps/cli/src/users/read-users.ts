import type { Readable } from "node:stream";
import type { ImportedUser } from "@tallyman/database";
import { IDENTIFIER_LIMITS, isLongerThan, isStorable, usernameOf } from "@tallyman/events";
import { isRegistryLabel } from "@tallyman/runtime";
import { parse } from "csv-parse";
import { UsageError } from "../surroundings.ts";

/** A line of the file: a user, or why it is none. */
export type UserLine =
  | { readonly kind: "user"; readonly user: ImportedUser }
  | { readonly kind: "invalid"; readonly line: number; readonly reason: string };

interface Columns {
  readonly registry: number | undefined;
  readonly username: number;
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads users from CSV, one record after the other. The first one is a header when it names a column `username`.
 *
 * @param registry the registry of all of them; then a file of bare names will do
 * @throws UsageError when it is no CSV or its columns are not the right ones
 */
export async function* readUsers(
  input: Readable,
  registry: string | undefined,
): AsyncGenerator<UserLine> {
  const records = input.pipe(
    parse({ bom: true, trim: true, relax_column_count: true, skip_empty_lines: true, info: true }),
  );
  // What goes wrong with the file itself would otherwise be heard by nobody.
  input.on("error", (error) => records.destroy(error));
  let columns: Columns | undefined;
  try {
    for await (const { record, info } of records as AsyncIterable<CsvRecord>) {
      if (columns === undefined) {
        const header = headerOf(record, registry);
        columns = header ?? columnsWithoutHeader(record, registry);
        if (header !== undefined) continue;
      }
      yield userOf(record, columns, registry, info.lines);
    }
  } catch (error) {
    throw asUsageError(error);
  }
}

/** The columns that a header names; undefined when the record is no header. */
function headerOf(record: readonly string[], registry: string | undefined): Columns | undefined {
  const names = record.map((name) => name.toLowerCase());
  const username = names.indexOf("username");
  if (username < 0) return undefined;
  const column = names.indexOf("registry");
  if (column < 0 && registry === undefined) {
    throw new UsageError("The file has no column registry. Add it, or give --registry.");
  }
  return { username, registry: registry === undefined ? column : undefined };
}

function columnsWithoutHeader(
  { length }: readonly string[],
  registry: string | undefined,
): Columns {
  if (registry !== undefined && length === 1) return { registry: undefined, username: 0 };
  if (registry === undefined && length === 2) return { registry: 0, username: 1 };
  throw new UsageError(
    registry === undefined
      ? "The file needs a header with registry and username, or exactly these two columns. Bare names go with --registry."
      : "With --registry the file needs a header with username, or one column of names.",
  );
}

function userOf(
  record: readonly string[],
  columns: Columns,
  registry: string | undefined,
  line: number,
): UserLine {
  const label = registry ?? record[columns.registry ?? -1] ?? "";
  const name = record[columns.username] ?? "";
  const reason = faultOf(label, name);
  if (reason !== undefined) return { kind: "invalid", line, reason };
  return { kind: "user", user: { registry: label, username: usernameOf(name) } };
}

function faultOf(label: string, name: string): string | undefined {
  if (!isRegistryLabel(label)) {
    return `"${label}" is no registry: lower-case letters, digits, ".", "_" and "-"`;
  }
  if (name === "") return "the name is empty";
  if (!isStorable(name)) return "the name has a character that the database cannot hold";
  if (isLongerThan(name, IDENTIFIER_LIMITS.actorName)) {
    return `the name has more than ${IDENTIFIER_LIMITS.actorName} characters`;
  }
  return undefined;
}

function asUsageError(error: unknown): unknown {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code.startsWith("CSV_")) return new UsageError(`The file is no CSV: ${message}.`);
  if (code === "ENOENT" || code === "EACCES" || code === "EISDIR") {
    return new UsageError(`The file cannot be read (${code}).`);
  }
  return error;
}
