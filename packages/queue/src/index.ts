export { migrateQueue, type QueueLocation } from "./bullmq-backend.ts";
export { BullmqConsumer, type BullmqConsumerOptions, type JobLocks } from "./bullmq-consumer.ts";
export { BullmqQueue } from "./bullmq-queue.ts";
export { MemoryQueue } from "./memory-queue.ts";
export {
  HandlerStoppedError,
  type NotificationConsumer,
  type NotificationHandler,
  type NotificationQueue,
  type QueueDepth,
} from "./notification-queue.ts";
