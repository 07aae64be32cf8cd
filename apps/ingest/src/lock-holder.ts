import { createHash } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
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

/**
 * Takes the place of a dead holder; false when another process is at it. Whoever makes the file that is named for the
 * dead one may, and the lock is exchanged in one step: there is no moment at which the directory is nobody's.
 *
 * @param staleMs a claim as old as that was left by a process that died over it
 */
export async function replaceHolder(
  path: string,
  {
    dead,
    next,
    staleMs,
  }: { readonly dead: Holder; readonly next: Holder; readonly staleMs: number },
): Promise<boolean> {
  const claim = `${path}.${createHash("sha256").update(JSON.stringify(dead)).digest("hex")}`;
  if (!(await tryCreate(claim, next))) {
    const { mtimeMs } = (await stat(claim).catch(() => undefined)) ?? {};
    if (mtimeMs !== undefined && Date.now() - mtimeMs > staleMs) await rm(claim, { force: true });
    return false;
  }
  if ((await readHolder(path))?.token !== dead.token) {
    await rm(claim, { force: true });
    return false;
  }
  await rename(claim, path);
  return true;
}
