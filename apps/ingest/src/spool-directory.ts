import { mkdir, open, readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Logger } from "@tallyman/runtime";
import { DirectoryLock } from "./directory-lock.ts";
import { SpoolSegment } from "./spool-segment.ts";

const SEGMENT_NAME = /^segment-(\d+)\.spool(\.damaged)?$/;

/** Of a segment's number, so that names sort like numbers. */
const DIGITS = 12;

export type SpoolLogger = Pick<Logger, "info" | "warn" | "error">;

/** Where the spool's segments lie: a directory that belongs to this process alone. */
export class SpoolDirectory {
  readonly #path: string;
  readonly #lock: DirectoryLock;
  #lastNumber = 0;

  private constructor(path: string, lock: DirectoryLock) {
    this.#path = path;
    this.#lock = lock;
  }

  /**
   * @param onLost hears when another process has taken the directory, which this one must not use any more
   * @throws DirectoryInUseError, or when the directory cannot be used
   */
  static async open(path: string, onLost: (error: Error) => void): Promise<SpoolDirectory> {
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncNames(path, made);
    return new SpoolDirectory(path, await DirectoryLock.acquire(path, onLost));
  }

  /** The segments that earlier processes left, the oldest first. */
  async load(logger: SpoolLogger): Promise<SpoolSegment[]> {
    const segments: SpoolSegment[] = [];
    for (const name of (await readdir(this.#path)).toSorted()) {
      const [, number, aside] = SEGMENT_NAME.exec(name) ?? [];
      if (number === undefined) continue;
      // A number is not used again while a file that was set aside has it.
      this.#lastNumber = Math.max(this.#lastNumber, Number(number));
      if (aside !== undefined) continue;
      const file = join(this.#path, name);
      const { segment, tornBytes } = await SpoolSegment.load(file);
      if (tornBytes > 0) {
        logger.warn("an unfinished record at the end of the spool is cut off", { file, tornBytes });
      }
      if (segment.damaged) logger.error("a part of the spool cannot be read", { file });
      segments.push(segment);
    }
    return segments;
  }

  /** Makes a segment that comes after all others. */
  async create(): Promise<SpoolSegment> {
    const number = String(++this.#lastNumber).padStart(DIGITS, "0");
    return SpoolSegment.create(join(this.#path, `segment-${number}.spool`));
  }

  /** Brings new and removed names to the disk, where a file's own fsync does not bring them. */
  sync(): Promise<void> {
    return syncDirectory(this.#path);
  }

  /** Lets another process have the directory. Safe to call twice. */
  close(): Promise<void> {
    return this.#lock.release();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Brings the names of directories that were just made to the disk: each stands in the one above it. */
async function syncNames(path: string, firstMade: string): Promise<void> {
  for (let made = resolve(path); ; made = dirname(made)) {
    await syncDirectory(dirname(made));
    if (made === resolve(firstMade) || made === dirname(made)) return;
  }
}
