import type { Action, Reading } from "@tallyman/events";

/**
 * The most events of one transaction. Larger ones gain nothing more (the fixed cost of a transaction is spread well
 * before), and make every job in them wait longer.
 */
export const MAX_EVENTS_PER_TRANSACTION = 4_000;

/** Where counted events come to rest. */
export interface TrackingStore {
  /**
   * Counts a batch of readings, all or nothing: when the promise resolves they are committed with every rollup. Events
   * that are known already count as duplicates, so recording a batch again is harmless.
   *
   * @throws when nothing was committed, or when it is unknown whether it was; record the same batch again
   */
  record(readings: readonly Reading[]): Promise<RecordedBatch>;

  /** Resolves when the store can be reached. @throws when it cannot */
  ping(): Promise<void>;

  /** Lets go of the connections. Safe to call twice. */
  close(): Promise<void>;
}

/** What became of a batch. received = tracked + duplicates + rejected. */
export interface RecordedBatch {
  readonly received: number;
  readonly tracked: readonly RecordedEvent[];
  readonly duplicates: number;
  readonly rejected: number;
}

/** One event that was counted. */
export interface RecordedEvent {
  readonly registry: string;
  readonly eventId: string;
  readonly action: Action;
  readonly createdRepository: boolean;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly actorName: string | null;
  /** `YYYY-MM-DDTHH:MM:SS.ffffffZ`, as `receivedAt`. */
  readonly occurredAt: string;
  readonly receivedAt: string;
}
