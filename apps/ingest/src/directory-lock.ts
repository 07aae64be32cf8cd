import { randomUUID } from "node:crypto";
import { unlink, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { pid } from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { HELD, isAlive, readHolder, replaceHolder, tryCreate } from "./lock-holder.ts";

/** A directory belongs to another process. */
export class DirectoryInUseError extends Error {
  override readonly name = "DirectoryInUseError";
}

export interface LockTimes {
  /** How often the holder shows that it lives. */
  readonly beatMs: number;
  /** A holder on another host (or in another container) that was silent for so long is gone. */
  readonly staleMs: number;
}

/** Between two signs of life of who holds a directory. */
const BEAT_INTERVAL_MS = 2_000;

/** Five missed beats: a process that a slow disk or a pause holds up is not robbed, and a new container waits 10 s. */
const STALE_LOCK_MS = 10_000;

const LOCK_TIMES: LockTimes = { beatMs: BEAT_INTERVAL_MS, staleMs: STALE_LOCK_MS };

/**
 * Keeps a directory for one process. Node has no file locks, so the file names its holder: a process of this host is
 * asked for by its id, one of another host by the time of its last beat.
 */
export class DirectoryLock {
  readonly #path: string;
  readonly #token: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, token: string, beatMs: number, onLost: (error: Error) => void) {
    this.#path = path;
    this.#token = token;
    this.#timer = setInterval(() => void this.#beat(onLost), beatMs);
    this.#timer.unref();
  }

  /**
   * @param onLost hears when another process has taken the directory all the same
   * @throws DirectoryInUseError
   */
  static async acquire(
    directory: string,
    onLost: (error: Error) => void,
    times: LockTimes = LOCK_TIMES,
  ): Promise<DirectoryLock> {
    const path = join(directory, "lock");
    const token = randomUUID();
    HELD.add(token);
    try {
      await take(path, token, times);
    } catch (error) {
      HELD.delete(token);
      throw error;
    }
    return new DirectoryLock(path, token, times.beatMs, onLost);
  }

  /** Lets another process have the directory. Safe to call twice. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    if (!HELD.delete(this.#token)) return;
    if ((await readHolder(this.#path))?.token === this.#token) await unlink(this.#path);
  }

  async #beat(onLost: (error: Error) => void): Promise<void> {
    try {
      const holder = await readHolder(this.#path);
      if (!HELD.has(this.#token)) return;
      if (holder?.token === this.#token) {
        const now = new Date();
        await utimes(this.#path, now, now);
        return;
      }
    } catch {
      // A disk in trouble: whoever writes to it hears of that.
      return;
    }
    clearInterval(this.#timer);
    onLost(new DirectoryInUseError(`${this.#path} now belongs to another process.`));
  }
}

async function take(path: string, token: string, times: LockTimes): Promise<void> {
  const next = { host: hostname(), pid, token };
  // A holder elsewhere that has just died is waited for; its lock cannot be told from that of a living one.
  for (const deadline = Date.now() + times.staleMs + times.beatMs; ;) {
    if (await tryCreate(path, next)) return;
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (!(await isAlive(path, holder, times.staleMs))) {
      if (await replaceHolder(path, { dead: holder, next, staleMs: times.staleMs })) return;
      await wait(1);
    } else if (holder.host === hostname() || Date.now() > deadline) {
      throw new DirectoryInUseError(
        `${dirname(path)} is in use by process ${holder.pid} on host ${holder.host}. Give each ingest a directory of its own.`,
      );
    } else {
      await wait(times.beatMs / 4);
    }
  }
}
