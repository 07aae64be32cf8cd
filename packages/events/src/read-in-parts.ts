import type { Notification } from "./notification.ts";
import { readingsOf, type Reading } from "./read-notification.ts";

/**
 * Reads notifications in parts of so many events at most, each when it is asked for. Nearly always there is one part.
 * But a single body of eight megabytes can hold millions of events: as one transaction they would never be counted within
 * the deadlines of their statements, and read at once they would not fit into memory.
 */
export function readInParts(
  notifications: readonly Notification[],
  maxEvents: number,
): Generator<readonly Reading[], void> {
  return inParts(readingsOfAll(notifications), maxEvents);
}

function* readingsOfAll(notifications: readonly Notification[]): Generator<Reading, void> {
  for (const notification of notifications) yield* readingsOf(notification);
}

/** What comes one by one in parts of so many at most, each filled when it is asked for; all but the last are full. */
export function* inParts<Item>(
  items: Iterable<Item>,
  most: number,
): Generator<readonly Item[], void> {
  let part: Item[] = [];
  for (const item of items) {
    if (part.length === most) {
      yield part;
      part = [];
    }
    part.push(item);
  }
  if (part.length > 0) yield part;
}
