import { randomUUID } from "node:crypto";
import { readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { kill, pid } from "node:process";

/** Who holds a lock, as its file says. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly token: string;
}

/** Locks of this process: a predecessor in a container often had the same process id. */
export const HELD = new Set<string>();

/** Writes the lock's file; false when there is one. */
export async function tryCreate(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(holder), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Undefined when there is no lock. A file that a crash left empty names nobody, who is not alive. */
export async function readHolder(path: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return { host: "", pid: 0, token: text };
  }
}

/** Whether the holder is still there: on this host by its process id, elsewhere by its last beat. */
export async function isAlive(path: string, holder: Holder, staleMs: number): Promise<boolean> {
  if (holder.host !== hostname()) {
    const lastBeat = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
    return Date.now() - lastBeat < staleMs;
  }
  if (holder.pid === pid) return HELD.has(holder.token);
  try {
    return kill(holder.pid, 0);
  } catch (error) {
    // It lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes the lock of a dead holder, unless another process was faster and the lock is now its own. */
export async function removeLock(path: string, dead: Holder): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const removed = await readHolder(aside);
  if (removed === undefined) return;
  if (removed.token === dead.token) await unlink(aside);
  else await rename(aside, path);
}
