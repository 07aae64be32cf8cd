import type { JobQueue } from "./bullmq-backend.ts";
import type { QueueDepth } from "./notification-queue.ts";

/** A queue's jobs by state. @throws when the queue cannot be reached */
export async function depthOf(queue: JobQueue): Promise<QueueDepth> {
  const counts = await queue.getJobCounts("waiting", "prioritized", "active", "delayed", "failed");
  const of = (state: string) => counts[state] ?? 0;
  return {
    waiting: of("waiting") + of("prioritized"),
    active: of("active"),
    delayed: of("delayed"),
    failed: of("failed"),
  };
}
