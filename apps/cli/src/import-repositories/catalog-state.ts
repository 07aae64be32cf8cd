import { rm } from "node:fs/promises";
import { z } from "zod";
import { readState, writeState } from "../state-file.ts";
import { UsageError } from "../surroundings.ts";

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
  const state = await readState(path, STATE);
  if (state === undefined) return undefined;
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
  await writeState(path, { ...state, version: 1 });
}
