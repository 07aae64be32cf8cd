import { BullmqQueue, GuardedQueue, RedisGuard, type NotificationQueue } from "@tallyman/queue";
import type { Lifecycle, Logger } from "@tallyman/runtime";
import type { IngestConfig } from "./config.ts";
import { watchSpool } from "./spool-metrics.ts";
import { Spool } from "./spool.ts";
import { SpoolingQueue } from "./spooling-queue.ts";

/** A Redis that would lose acknowledged events. */
class VolatileQueueError extends Error {
  override readonly name = "VolatileQueueError";
}

export interface OpenQueueOptions {
  readonly config: Pick<IngestConfig, "QUEUE_URL" | "ALLOW_VOLATILE_QUEUE" | "SPOOL_DIR">;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly onError: (error: Error) => void;
}

/** Where notifications go, and whether they can. */
export interface OpenedQueue {
  readonly queue: NotificationQueue;
  readonly ready: () => Promise<unknown>;
}

/**
 * Opens the queue that ingest acknowledges on the word of, with a spool before it when there is a directory for one.
 */
export async function openQueue(options: OpenQueueOptions): Promise<OpenedQueue> {
  const { config, lifecycle, logger, onError } = options;
  if (config.SPOOL_DIR === undefined) {
    const queue = openGuardedQueue(options);
    return { queue, ready: () => queue.depth() };
  }
  const spool = await Spool.open({
    directory: config.SPOOL_DIR,
    logger,
    onLost: (error) => lifecycle.fail(error),
  });
  watchSpool(spool);
  const queue = new SpoolingQueue({ queue: openGuardedQueue(options), spool, logger, onError });
  lifecycle.onClose("spool", () => queue.close());
  return { queue, ready: () => queue.ready() };
}

/**
 * A Redis is watched: one that would lose what it confirms ends the process with a message that says what to set, and
 * one that is nearly full gets nothing more.
 */
function openGuardedQueue({
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
