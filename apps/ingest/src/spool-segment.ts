import { open, readFile, rename, rm, truncate, type FileHandle } from "node:fs/promises";
import type { Notification } from "@tallyman/events";
import { readNotifications, type BatchLimits } from "./read-spool.ts";
import { decodeRecord, findRecords, holdsSeveralBeginnings } from "./spool-record.ts";

/** Notifications in the order in which they were spooled. */
export interface SpoolBatch {
  readonly segment: SpoolSegment;
  readonly notifications: readonly Notification[];
  readonly bytes: number;
  /** Where in the segment they end. */
  readonly end: number;
}

/** One file of the spool. It is appended to by the process that made it, and later only read. */
export class SpoolSegment {
  readonly path: string;
  /** Bytes that are whole records on the disk. */
  size = 0;
  /** Bytes that the queue has already. */
  offset = 0;
  /** Notifications that the queue does not have yet. */
  waiting = 0;
  /** When the oldest of them was received. */
  oldest: string | undefined;
  /** Something between whole records cannot be read: the file is kept for somebody to look at. */
  damaged = false;
  #file: FileHandle | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes an empty file to append to. */
  static async create(path: string): Promise<SpoolSegment> {
    const segment = new SpoolSegment(path);
    segment.#file = await open(path, "wx", 0o600);
    return segment;
  }

  /**
   * Looks through a file that an earlier process left. A record at its end that was not written whole, and so never
   * acknowledged, is cut off.
   *
   * @returns the segment, and how many bytes were cut off
   */
  static async load(path: string): Promise<{ segment: SpoolSegment; tornBytes: number }> {
    const segment = new SpoolSegment(path);
    const bytes = await readFile(path);
    for (const record of findRecords(bytes)) {
      if (record.start > segment.size) segment.damaged = true;
      segment.oldest ??= decodeRecord(record)[0]?.receivedAt;
      segment.size = record.end;
      segment.waiting += record.count;
    }
    if (holdsSeveralBeginnings(bytes.subarray(segment.size))) segment.damaged = true;
    const tornBytes = segment.damaged ? 0 : bytes.length - segment.size;
    if (tornBytes > 0) await truncate(path, segment.size);
    return { segment, tornBytes };
  }

  /** Appends a record; it is on the disk when the promise resolves. */
  async append(record: Buffer, notifications: readonly Notification[]): Promise<void> {
    const file = this.#file;
    if (file === undefined) throw new Error(`${this.path} is not open for appending`);
    for (let written = 0; written < record.length;) {
      const rest = record.length - written;
      const { bytesWritten } = await file.write(record, written, rest, this.size + written);
      written += bytesWritten;
    }
    await file.datasync();
    this.size += record.length;
    this.waiting += notifications.length;
    this.oldest ??= notifications[0]?.receivedAt;
  }

  /** Ends appending, and cuts off what a failed attempt may have left behind the last whole record. */
  async seal(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    try {
      await file.truncate(this.size);
    } finally {
      await file.close();
    }
  }

  /** What comes next for the queue; undefined when it has everything, or when the rest cannot be read any more. */
  async next(limits: BatchLimits): Promise<SpoolBatch | undefined> {
    if (this.offset >= this.size) return undefined;
    const found = await readNotifications(this.path, this.offset, this.size, limits);
    // Whole records stood here when they were written.
    if (found?.isDamaged ?? true) this.damaged = true;
    if (found === undefined) {
      this.commit({ end: this.size, notifications: [] });
      return undefined;
    }
    this.oldest = found.notifications[0]?.receivedAt;
    return { segment: this, ...found };
  }

  /** Notes that the queue has these. */
  commit({ end, notifications }: Pick<SpoolBatch, "end" | "notifications">): void {
    this.offset = end;
    this.waiting = end >= this.size ? 0 : Math.max(0, this.waiting - notifications.length);
  }

  /** Removes the file, or sets it aside when it is damaged. */
  async remove(): Promise<void> {
    await this.seal();
    if (this.damaged) await rename(this.path, `${this.path}.damaged`).catch(ignoreMissing);
    else await rm(this.path, { force: true });
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
