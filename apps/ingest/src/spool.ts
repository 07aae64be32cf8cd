import type { Notification } from "@tallyman/events";
import { GROUP_COMMIT_LIMITS } from "./group-commit.ts";
import { inTurn } from "./in-turn.ts";
import { SpoolDirectory, type SpoolLogger } from "./spool-directory.ts";
import { encodeRecord } from "./spool-record.ts";
import {
  SPOOL_LIMITS,
  SpoolFullError,
  type SpoolLimits,
  type SpoolOptions,
  type SpoolState,
} from "./spool-limits.ts";
import type { SpoolBatch, SpoolSegment } from "./spool-segment.ts";

/** After a failure the spool counts as unfit for so long: a readiness check of every 10 s sees it at least once. */
const FAULT_MS = 15_000;

/**
 * Notifications on the disk, in the order of their arrival, while the queue is away. What `append` has confirmed
 * survives a crash and a power failure. Batches come back until they are committed, so one may come twice.
 */
export class Spool {
  readonly #directory: SpoolDirectory;
  readonly #segments: SpoolSegment[];
  readonly #limits: SpoolLimits;
  readonly #logger: SpoolLogger;
  #active: SpoolSegment | undefined;
  #spooled = 0;
  #faultAt = -Infinity;
  #isOpen = true;
  /** Changes of the files run one after the other. */
  readonly #inTurn = inTurn();

  private constructor(
    directory: SpoolDirectory,
    segments: SpoolSegment[],
    { limits, logger }: SpoolOptions,
  ) {
    this.#directory = directory;
    this.#segments = segments;
    this.#limits = limits ?? SPOOL_LIMITS;
    this.#logger = logger;
  }

  /** @throws DirectoryInUseError, or when the directory cannot be used */
  static async open(options: SpoolOptions): Promise<Spool> {
    const directory = await SpoolDirectory.open(options.directory, options.onLost);
    try {
      const spool = new Spool(directory, await directory.load(options.logger), options);
      const { bytes, notifications } = spool.state;
      if (bytes > 0) options.logger.info("the spool is not empty", { bytes, notifications });
      return spool;
    } catch (error) {
      await directory.close();
      throw error;
    }
  }

  get state(): SpoolState {
    return {
      bytes: this.#bytes,
      notifications: this.#segments.reduce((sum, { waiting }) => sum + waiting, 0),
      oldest: this.#segments[0]?.oldest,
      spooled: this.#spooled,
    };
  }

  /** Why the spool cannot be relied on now; undefined when it can. */
  get refusal(): string | undefined {
    if (this.#bytes >= this.#limits.maxBytes - GROUP_COMMIT_LIMITS.maxBytes) return "it is full";
    if (Date.now() - this.#faultAt < FAULT_MS) return "it could not be written";
    return undefined;
  }

  /** Stores notifications together; they are on the disk when the promise resolves. @throws when they may not be */
  append(notifications: readonly Notification[]): Promise<void> {
    return this.#inTurn(() => this.#append(notifications));
  }

  /** The oldest notifications, as many as fit into one job; undefined when there are none. */
  async next(): Promise<SpoolBatch | undefined> {
    for (let segment = this.#segments[0]; segment !== undefined; segment = this.#segments[0]) {
      const batch = await segment.next(GROUP_COMMIT_LIMITS);
      if (batch !== undefined) return batch;
      await this.#removeDrained(segment);
    }
    return undefined;
  }

  /** Forgets a batch, because the queue has it. */
  async commit(batch: SpoolBatch): Promise<void> {
    batch.segment.commit(batch);
    await this.#removeDrained(batch.segment);
  }

  /** Waits for what is being written and lets go of the directory; what waits stays there. Safe to call twice. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      this.#isOpen = false;
      await this.#sealActive();
    });
    await this.#directory.close();
  }

  get #bytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  async #append(notifications: readonly Notification[]): Promise<void> {
    if (!this.#isOpen) throw new Error("The spool is closed.");
    const record = encodeRecord(notifications);
    if (this.#bytes + record.length > this.#limits.maxBytes) {
      throw new SpoolFullError(`The spool is full (${this.#limits.maxBytes} bytes).`);
    }
    try {
      const segment = await this.#segmentToAppendTo();
      await segment.append(record, notifications);
      this.#spooled += notifications.length;
      this.#faultAt = -Infinity;
    } catch (error) {
      this.#faultAt = Date.now();
      // After a failed write or fsync nobody knows what is on the disk behind the last good record.
      await this.#sealActive().catch(() => undefined);
      throw error;
    }
  }

  async #segmentToAppendTo(): Promise<SpoolSegment> {
    if (this.#active !== undefined && this.#active.size >= this.#limits.segmentBytes) {
      await this.#sealActive();
    }
    if (this.#active === undefined) {
      this.#active = await this.#directory.create();
      this.#segments.push(this.#active);
      await this.#directory.sync();
    }
    return this.#active;
  }

  /** Ends appending to the current segment; one without any record goes. */
  async #sealActive(): Promise<void> {
    const active = this.#active;
    this.#active = undefined;
    if (active === undefined) return;
    if (active.size > 0) {
      await active.seal();
    } else {
      this.#segments.splice(this.#segments.indexOf(active), 1);
      await active.remove();
    }
  }

  /** Removes a segment of which the queue has everything. */
  #removeDrained(segment: SpoolSegment): Promise<void> {
    return this.#inTurn(async () => {
      if (segment.offset < segment.size || !this.#segments.includes(segment)) return;
      if (this.#active === segment) this.#active = undefined;
      await segment.remove();
      this.#segments.splice(this.#segments.indexOf(segment), 1);
      if (segment.damaged) {
        const file = `${segment.path}.damaged`;
        this.#logger.error("a damaged part of the spool is set aside", { file });
      }
      await this.#directory.sync();
    });
  }
}
