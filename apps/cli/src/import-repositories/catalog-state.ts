import { readFile, rm } from "node:fs/promises";
import { z } from "zod";
import { UsageError } from "../surroundings.ts";
import { writeWhole } from "../write-whole.ts";
import { parseJson } from "./registry-client.ts";

const STATE = z.object({
  version: z.literal(1),
  registry: z.string(),
  url: z.string(),
  next: z.string(),
});

export type CatalogState = z.infer<typeof STATE>;

/**
 * Where an interrupted import is to go on.
 *
 * @returns undefined when there is no such file
 * @throws UsageError when it is something else, or belongs to another import
 */
export async function readCatalogState(
  path: string,
  { registry, url }: Pick<CatalogState, "registry" | "url">,
): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const state = STATE.safeParse(parseJson(text)).data;
  if (state === undefined) {
    throw new UsageError(`${path} is no state of an import. Remove it, or name another file.`);
  }
  if (state.registry !== registry || state.url !== url) {
    throw new UsageError(
      `${path} belongs to an import of ${state.url} for ${state.registry}. Name another file.`,
    );
  }
  return state.next;
}

/** Notes where to go on; nothing is left to note after the last page. */
export async function noteCatalogState(path: string, state: CatalogState | null): Promise<void> {
  if (state === null) return rm(path, { force: true });
  await writeWhole(path, async (output) => {
    output.write(`${JSON.stringify({ ...state, version: 1 }, null, 2)}\n`);
  });
}
