import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** An import of a module of our own, as the compiler writes it. */
const IMPORT = /^(?:import|export)\s(?:[^"';]*\sfrom\s)?"(\.{1,2}\/[^"]+)";$/gm;

/**
 * Names of all modules that a compiled module needs to begin, through however many others; itself not among them.
 *
 * @param folder where all of them lie; names are relative to it
 */
export function importedModules(folder: string, entry: string): string[] {
  const found = new Set([entry]);
  // What is added on the way is visited, too.
  for (const name of found) {
    for (const [, path = ""] of readFileSync(join(folder, name), "utf8").matchAll(IMPORT)) {
      found.add(posix.join(posix.dirname(name), path));
    }
  }
  return [...found].slice(1);
}
