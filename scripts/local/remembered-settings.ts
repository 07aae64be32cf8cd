import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** Read by apps/cli/bin/tallyman.js too. */
const FILE = "environment";

/** What the processes of the last `npm start` ran with, as names and values of an environment. */
export type RememberedSettings = Readonly<Record<string, string>>;

/**
 * Writes down where everything is, for `npm run sql` and `npx tallyman`. The ports may be others at each start.
 *
 * @param settings URLs and single words: values that hold no quote once `'` is written as in URLs
 */
export async function rememberSettings(
  directory: string,
  settings: RememberedSettings,
): Promise<void> {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name}='${value.replaceAll("'", "%27")}'\n`,
  );
  await writeFile(join(directory, FILE), lines.join(""), { mode: 0o600 });
}

/** What the last `npm start` has written down; nothing when there was none. */
export async function rememberedSettings(directory: string): Promise<RememberedSettings> {
  const text = await readFile(join(directory, FILE), "utf8").catch(() => "");
  return parseEnv(text) as RememberedSettings;
}
