import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILE = "database-url";

/** Writes down where the database is, for `npm run sql`. The port may be another one at each start. */
export async function rememberDatabaseUrl(directory: string, url: string): Promise<void> {
  await writeFile(join(directory, FILE), `${url}\n`, { mode: 0o600 });
}

/** Where the last `npm start` had its database; undefined when there was none. */
export async function rememberedDatabaseUrl(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, FILE), "utf8").catch(() => undefined);
  return text?.trim();
}
