export { awaitSchema, SchemaError } from "./await-schema.ts";
export { ensurePartitions } from "./ensure-partitions.ts";
export { createPool, type PoolOptions } from "./pool.ts";
export { PostgresTrackingStore, type UserDirectory } from "./postgres-tracking-store.ts";
export type { RecordedBatch, RecordedEvent, TrackingStore } from "./tracking-store.ts";
export { migrate, type MigrationOutcome } from "./migrate.ts";
