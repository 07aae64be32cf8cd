import { randomBytes } from "node:crypto";
import { chmod, link, readFile, rm, writeFile } from "node:fs/promises";
import { giveTo, type Account } from "./account.ts";

/**
 * The password in the file, made up at random when there is none yet. Only the account may read the file; of two that
 * make it at the same time the first one wins. The password needs no escaping in a URL.
 */
export async function storedPassword(file: string, account: Account | undefined): Promise<string> {
  const existing = await read(file);
  if (existing !== undefined) return existing;
  const partial = `${file}.partial-${process.pid}`;
  await writeFile(partial, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  await chmod(partial, 0o600);
  await giveTo(account, partial);
  // Unlike a rename, a link does not replace what is there.
  await link(partial, file).catch(() => undefined);
  await rm(partial);
  const stored = await read(file);
  if (stored === undefined) throw new Error(`cannot write a password to ${file}`);
  return stored;
}

async function read(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new Error(
      `cannot read ${file}: the database beside it belongs to another user. ` +
        "Start as that user or as root, or remove that directory to begin with an empty database",
      { cause },
    );
  }
}
