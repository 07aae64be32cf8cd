import type { RecordedBatch, TrackingStore } from "@tallyman/database";
import { readInParts, type Notification, type Reading } from "@tallyman/events";
import { HandlerStoppedError } from "@tallyman/queue";

export interface BatcherOptions {
  readonly store: TrackingStore;
  /** Most events in one transaction. */
  readonly maxEvents: number;
  /** How many transactions may run at once. */
  readonly lanes: number;
  /** Events that have to wait before another lane is used beside a busy one. */
  readonly laneEvents: number;
  /** Hears of each committed batch. */
  readonly onRecorded: (batch: RecordedBatch) => void;
  /** Hears why a batch has to be tried again. */
  readonly onRetry: (error: unknown) => void;
  /** Waits before a batch is tried again; resolves early when the signal aborts. */
  readonly pause: (attempt: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Transactions at once. With two, this process prepares one batch while the database works on the other; a third would
 * only wait for the rows that every batch touches.
 */
export const LANES = 2;

/**
 * Events that have to wait before the second lane is used: below, the next transaction is better a larger one. At 80 % of
 * the sustained rate the worker and Postgres take a tenth less CPU for an event than with a second lane at once.
 */
export const LANE_EVENTS = 2_000;

interface Job {
  readonly readings: readonly Reading[];
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/**
 * Counts many jobs in one transaction. While one is under way, arriving jobs gather for the next: alone a job waits
 * for nobody, behind a backlog thousands of events share a commit. A job is done only after its COMMIT.
 *
 * The database may be away for any length of time: the batch is tried again until it is counted, and the jobs stay
 * with this worker. Recording a batch again is harmless, so an unknown outcome is tried again as well.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #stop = new AbortController();
  #waiting: Job[] = [];
  #waitingEvents = 0;
  readonly #running = new Set<Promise<void>>();
  #busyLanes = 0;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /**
   * Counts one job's notifications. Resolves after COMMIT.
   *
   * @throws HandlerStoppedError when the batcher was stopped before it was counted
   */
  async add(notifications: readonly Notification[]): Promise<void> {
    // Read at once: parsing goes on while the database works on the batch before. Only what is too large for one
    // transaction is read further when its beginning is counted; should it come again, that will be duplicates.
    for (const part of readInParts(notifications, this.#options.maxEvents)) {
      await this.#count(part);
    }
  }

  #count(readings: readonly Reading[]): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.reject(new HandlerStoppedError());
    const counted = new Promise<void>((done, failed) => {
      this.#waiting.push({ readings, done, failed });
    });
    this.#waitingEvents += readings.length;
    if (this.#wantsLane()) {
      const lane = this.#run();
      this.#running.add(lane);
      void lane.then(() => this.#running.delete(lane));
    }
    return counted;
  }

  /** Gives up batches that cannot be counted now and hands their jobs back. A commit under way is awaited. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  #wantsLane(): boolean {
    const { lanes, laneEvents } = this.#options;
    return this.#busyLanes === 0 || (this.#busyLanes < lanes && this.#waitingEvents >= laneEvents);
  }

  async #run(): Promise<void> {
    this.#busyLanes++;
    while (this.#waiting.length > 0) {
      const jobs = this.#take();
      const readings = jobs.flatMap((job) => job.readings);
      const recorded = await this.#recordUntilDone(readings);
      for (const { done, failed } of jobs) {
        if (recorded === undefined) failed(new HandlerStoppedError());
        else done();
      }
      if (recorded !== undefined) this.#options.onRecorded(recorded);
    }
    // In the same breath as the last look at what waits: a job that came in between would find no lane.
    this.#busyLanes--;
  }

  #take(): readonly Job[] {
    let events = 0;
    let count = 0;
    for (const { readings } of this.#waiting) {
      if (events + readings.length > this.#options.maxEvents) break;
      events += readings.length;
      count++;
    }
    this.#waitingEvents -= events;
    return this.#waiting.splice(0, count);
  }

  /** @returns undefined when it was stopped before the batch was counted */
  async #recordUntilDone(readings: readonly Reading[]): Promise<RecordedBatch | undefined> {
    const { store, onRetry, pause } = this.#options;
    for (let attempt = 1; !this.#stop.signal.aborted; attempt++) {
      try {
        return await store.record(readings);
      } catch (error) {
        onRetry(error);
        await pause(attempt, this.#stop.signal);
      }
    }
    return undefined;
  }
}
