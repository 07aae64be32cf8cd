import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { parseJson } from "./parse-json.ts";
import { UsageError } from "./surroundings.ts";
import { writeWhole } from "./write-whole.ts";

/**
 * How far an import had come that was interrupted.
 *
 * @returns undefined when there is no such file
 * @throws UsageError when it is something else
 */
export async function readState<State>(
  path: string,
  schema: z.ZodType<State>,
): Promise<State | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const state = schema.safeParse(parseJson(text)).data;
  if (state !== undefined) return state;
  throw new UsageError(`${path} is no state of an import. Remove it, or name another file.`);
}

/** Notes how far an import is. */
export async function writeState(path: string, state: object): Promise<void> {
  await writeWhole(path, async (output) => {
    output.write(`${JSON.stringify(state, null, 2)}\n`);
  });
}
