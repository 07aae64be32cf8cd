import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./outcome.ts";

/** Where each fault's last result is, one file per fault; a complete run may be done in portions. */
const DIRECTORY = fileURLToPath(new URL("../../.tallyman/chaos/", import.meta.url));

/** What became of a fault, and how it was tried. */
export interface Result {
  readonly outcome: Outcome;
  readonly seed: number;
  readonly full: boolean;
  readonly versions: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly finishedAt: string;
}

export async function saveResult(result: Result): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true });
  const file = join(DIRECTORY, `${result.outcome.name}.json`);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
}

/** The last result of each fault, in the order of the names. */
export async function readResults(names: readonly string[]): Promise<Result[]> {
  const files = new Set(await readdir(DIRECTORY).catch(() => []));
  const known = names.filter((name) => files.has(`${name}.json`));
  return Promise.all(
    known.map(
      async (name) => JSON.parse(await readFile(join(DIRECTORY, `${name}.json`), "utf8")) as Result,
    ),
  );
}
