export { ActorNamesError, agreeOnNames, awaitAgreementOnNames } from "./agree-on-names.ts";
export { dueUntil, sumActorDays } from "./actor-days/sum-actor-days.ts";
export { awaitSchema, SchemaError } from "./await-schema.ts";
export { discardRejected, type DiscardOptions } from "./discard-rejected.ts";
export { ensureMonthPartition, ensurePartitions } from "./ensure-partitions.ts";
export { importRepositories } from "./import-repositories.ts";
export { importUsers, type ImportedUser } from "./import-users.ts";
export {
  inspectContent,
  inspectServer,
  type ContentInspection,
  type ServerInspection,
} from "./inspect-database.ts";
export { migrate, type MigrationOutcome } from "./migrate.ts";
export { eraseUser, type Erasure, type Person } from "./erasure/erase-user.ts";
export { openConnection } from "./open-connection.ts";
export { createPool, type PoolOptions } from "./pool.ts";
export { PostgresTrackingStore } from "./postgres-tracking-store.ts";
export type { RejectedSelection } from "./rejected-batches.ts";
export {
  findRejected,
  listRejected,
  type KeptEvent,
  type RejectedEvent,
  type RejectedFilter,
} from "./rejected-events.ts";
export {
  REPOSITORY_MEASURES,
  repositoriesInWindow,
  topRepositoriesInWindow,
  type RepositoryMeasure,
} from "./repositories-in-window.ts";
export { replayRejected, type ReplayOptions } from "./replay-rejected.ts";
export type { Replayed } from "./replayed.ts";
export {
  applyRetention,
  type Retention,
  type RetentionRules,
} from "./retention/apply-retention.ts";
export type { ExpiredPart } from "./retention/expired-parts.ts";
export {
  MissingEventsError,
  rebuildRollups,
  type RebuildOptions,
  type RebuiltTable,
} from "./rollups/rebuild-rollups.ts";
export {
  readHorizon,
  verifyRollups,
  type Difference,
  type TableVerdict,
  type VerifyOptions,
} from "./rollups/verify-rollups.ts";
export { MINIMUM_SERVER_VERSION } from "./server-version.ts";
export {
  MAX_EVENTS_PER_TRANSACTION,
  type RecordedBatch,
  type RecordedEvent,
  type TrackingStore,
} from "./tracking-store.ts";
export type { UserDirectory } from "./users-of-batch.ts";
export { tellPipeline, type PipelineState } from "./tell-pipeline.ts";
