import { readFile } from "node:fs/promises";

/** The last lines of a log, indented, to quote in an error. A log that cannot be read has no lines. */
export async function lastLines(path: string, count = 12): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  const lines = text.trimEnd().split("\n").slice(-count);
  return lines.map((line) => `    ${line}`).join("\n");
}
