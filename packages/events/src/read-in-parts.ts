import type { Notification } from "./notification.ts";
import { readingsOf, type Reading } from "./read-notification.ts";

/**
 * Reads notifications in parts of so many events at most, each when it is asked for. Nearly always there is one part.
 * But a single body of eight megabytes can hold millions of events: as one transaction they would never be counted within
 * the deadlines of their statements, and read at once they would not fit into memory.
 */
export function* readInParts(
  notifications: readonly Notification[],
  maxEvents: number,
): Generator<readonly Reading[], void> {
  let part: Reading[] = [];
  for (const notification of notifications) {
    for (const reading of readingsOf(notification)) {
      if (part.length === maxEvents) {
        yield part;
        part = [];
      }
      part.push(reading);
    }
  }
  if (part.length > 0) yield part;
}
