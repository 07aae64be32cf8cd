import { open } from "node:fs/promises";
import type { Notification } from "@tallyman/events";
import { decodeRecord, findRecords } from "./spool-record.ts";

/** How much is read at once; more only for a record that is larger. */
const WINDOW_BYTES = 1_048_576;

/** Most that is returned at once, unless a single record has more. */
export interface BatchLimits {
  readonly maxCount: number;
  readonly maxBytes: number;
}

/** Notifications of whole records. */
export interface Found {
  readonly notifications: readonly Notification[];
  readonly bytes: number;
  /** Where in the file they end. */
  readonly end: number;
  /** Something before or between them cannot be read. */
  readonly isDamaged: boolean;
}

/** Reads the next notifications of a file between two offsets; undefined when nothing there can be read any more. */
export async function readNotifications(
  path: string,
  from: number,
  to: number,
  limits: BatchLimits,
): Promise<Found | undefined> {
  try {
    const file = await open(path, "r");
    try {
      for (let window = WINDOW_BYTES; ; window *= 2) {
        const bytes = Buffer.alloc(Math.min(window, to - from));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
        const found = take(bytes.subarray(0, bytesRead), from, limits);
        if (found !== undefined || bytesRead < window) return found;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isBeyondReading(error)) return undefined;
    throw error;
  }
}

function take(bytes: Buffer, from: number, limits: BatchLimits): Found | undefined {
  const notifications: Notification[] = [];
  let end = 0;
  let isDamaged = false;
  for (const record of findRecords(bytes)) {
    const isFull =
      notifications.length + record.count > limits.maxCount || record.end > limits.maxBytes;
    if (isFull && notifications.length > 0) break;
    if (record.start > end) isDamaged = true;
    notifications.push(...decodeRecord(record));
    end = record.end;
  }
  return end === 0 ? undefined : { notifications, bytes: end, end: from + end, isDamaged };
}

/** A broken sector, or a file that somebody has removed; other errors pass. */
function isBeyondReading(error: unknown): boolean {
  return ["EIO", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
}
