import type { Readable } from "node:stream";
import type { Environment } from "@tallyman/runtime";

/** What a command has around it; in tests not the process's own. */
export interface Surroundings {
  readonly environment: Environment;
  readonly stdout: Output;
  readonly stderr: Output;
  /** For commands that read a file; empty without one. */
  readonly stdin?: Readable;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Characters in a line of a terminal. */
  readonly columns?: number;
}

/** The process's exit codes. */
export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** The command line makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Prints a command's one answer: a JSON document, or lines for people. */
export function print(
  { stdout }: Surroundings,
  json: boolean,
  document: unknown,
  lines: readonly string[],
): void {
  stdout.write(`${json ? JSON.stringify(document, null, 2) : lines.map(visible).join("\n")}\n`);
}

/**
 * Text fit for a terminal. What a sender wrote may hold control characters, which would move the cursor or worse; they
 * are shown as escapes. Line breaks are ours.
 */
function visible(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Rows of text as lines, in columns. */
export function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** "1 event", "2 events". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
