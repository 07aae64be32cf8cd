export { migrateQueue, type QueueLocation } from "./bullmq-backend.ts";
export { BullmqConsumer, type BullmqConsumerOptions, type JobLocks } from "./bullmq-consumer.ts";
export { BullmqQueue } from "./bullmq-queue.ts";
export { FailedJobSweep, type FailedJobSweepOptions } from "./failed-job-sweep.ts";
export { GuardedQueue } from "./guarded-queue.ts";
export { inspectQueue, type QueueInspection } from "./inspect-queue.ts";
export { MemoryQueue } from "./memory-queue.ts";
export {
  HandlerStoppedError,
  type NotificationConsumer,
  type NotificationHandler,
  type NotificationQueue,
  type QueueDepth,
} from "./notification-queue.ts";
export { MEMORY_LIMIT, RedisGuard, type RedisGuardOptions } from "./redis-guard.ts";
export { parseJobData } from "./parse-job-data.ts";
export { readRedisSettings, type RedisVerdict } from "./redis-settings.ts";
