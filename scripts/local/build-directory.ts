import { existsSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { processExists } from "./process-table.ts";

/**
 * Builds a directory that is there either whole or not at all: `build` fills it under a temporary name, and a rename
 * puts it in place. Nothing happens when it is already there. Of two that build at the same time the first one wins.
 */
export async function buildDirectory(
  directory: string,
  build: (partial: string) => Promise<void>,
): Promise<void> {
  if (existsSync(directory)) return;
  await removeAbandoned(directory);
  const partial = `${directory}.partial-${process.pid}`;
  try {
    await build(partial);
    await rename(partial, directory);
  } catch (error) {
    await remove(partial);
    if (!existsSync(directory)) throw error;
  }
}

/** Removes what builders left that were killed half-way. */
async function removeAbandoned(directory: string): Promise<void> {
  const parent = dirname(directory);
  const prefix = `${basename(directory)}.partial-`;
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(prefix)) continue;
    const builder = Number(entry.slice(prefix.length));
    if (builder !== process.pid && processExists(builder)) continue;
    await remove(join(parent, entry));
  }
}

/** What cannot be removed is in nobody's way, and not what went wrong. */
async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}
