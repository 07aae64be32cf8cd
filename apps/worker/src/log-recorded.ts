import type { RecordedBatch, RecordedEvent } from "@tallyman/database";
import type { Logger } from "@tallyman/runtime";

/** What a line tells of an event; the row has more. */
const TOLD = [
  "registry",
  "eventId",
  "action",
  "createdRepository",
  "repository",
  "tag",
  "digest",
  "actorName",
  "occurredAt",
] as const satisfies readonly (keyof RecordedEvent)[];

/** One line per batch, and at level debug one line per counted event. */
export function logRecorded(logger: Logger, batch: RecordedBatch): void {
  const { received, tracked, duplicates, rejected } = batch;
  logger.debug("batch recorded", { received, tracked: tracked.length, duplicates, rejected });
  if (!logger.isDebugEnabled()) return;
  for (const event of tracked) {
    logger.debug("event counted", Object.fromEntries(TOLD.map((name) => [name, event[name]])));
  }
}
