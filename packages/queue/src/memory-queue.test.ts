import { MemoryQueue } from "./memory-queue.ts";
import { describeNotificationQueue } from "./notification-queue.contract.ts";

describeNotificationQueue("MemoryQueue", async () => {
  const queue = new MemoryQueue();
  return {
    queue,
    consume: (handle, concurrency) => queue.consume(handle, concurrency),
    remove: async () => undefined,
  };
});
