import { BullmqQueue, GuardedQueue, RedisGuard, type NotificationQueue } from "@tallyman/queue";
import type { Lifecycle, Logger } from "@tallyman/runtime";
import type { IngestConfig } from "./config.ts";

/** A Redis that would lose acknowledged events. */
class VolatileQueueError extends Error {
  override readonly name = "VolatileQueueError";
}

export interface OpenQueueOptions {
  readonly config: Pick<IngestConfig, "QUEUE_URL" | "ALLOW_VOLATILE_QUEUE">;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly onError: (error: Error) => void;
}

/**
 * Opens the queue that ingest acknowledges on the word of. A Redis is watched: one that would lose what it confirms
 * ends the process with a message that says what to set, and one that is nearly full gets nothing more.
 */
export function openQueue({
  config,
  lifecycle,
  logger,
  onError,
}: OpenQueueOptions): NotificationQueue {
  const queue = new BullmqQueue({ url: config.QUEUE_URL }, onError);
  lifecycle.onClose("queue", () => queue.close());
  if (!config.QUEUE_URL.startsWith("redis")) return queue;

  const guard = new RedisGuard({
    url: config.QUEUE_URL,
    allowVolatile: config.ALLOW_VOLATILE_QUEUE,
    onVerdict: ({ faults, warnings }) => {
      for (const warning of warnings) logger.warn("the queue may lose events", { warning });
      if (faults.length > 0) {
        lifecycle.fail(
          new VolatileQueueError(`The Redis at QUEUE_URL cannot be trusted. ${faults.join(" ")}`),
        );
      }
    },
    onError,
  });
  lifecycle.onClose("queue guard", async () => guard.close());
  return new GuardedQueue(queue, guard);
}
