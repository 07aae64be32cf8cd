import type { RecordedBatch } from "@tallyman/database";
import type { Logger } from "@tallyman/runtime";

/** One line per batch, and at level debug one line per counted event. */
export function logRecorded(logger: Logger, batch: RecordedBatch): void {
  const { received, tracked, duplicates, rejected } = batch;
  logger.debug("batch recorded", { received, tracked: tracked.length, duplicates, rejected });
  if (!logger.isDebugEnabled()) return;
  for (const event of tracked) {
    const {
      registry,
      eventId,
      action,
      createdRepository,
      repository,
      tag,
      digest,
      actorName,
      occurredAt,
    } = event;
    logger.debug("event counted", {
      registry,
      eventId,
      action,
      createdRepository,
      repository,
      tag,
      digest,
      actorName,
      occurredAt,
    });
  }
}
