import type { PipelineState } from "@tallyman/database";
import type { Notification } from "@tallyman/events";
import type { QueueDepth } from "@tallyman/queue";

export interface PipelineReporterOptions {
  readonly queue: {
    depth(): Promise<QueueDepth>;
    oldestWaitingSince(): Promise<Date | null>;
  };
  readonly tell: (state: PipelineState) => Promise<void>;
}

/** Tells everybody how far behind the numbers are: what waits in the queue, and until when each registry is counted. */
export class PipelineReporter {
  readonly #options: PipelineReporterOptions;
  readonly #receipts = new Map<string, string>();

  constructor(options: PipelineReporterOptions) {
    this.#options = options;
  }

  /** Remembers notifications that are counted. Their times of receipt all have the same form, so they compare as text. */
  note(notifications: readonly Notification[]): void {
    for (const { registry, receivedAt } of notifications) {
      if (receivedAt > (this.#receipts.get(registry) ?? ""))
        this.#receipts.set(registry, receivedAt);
    }
  }

  /** @throws when the queue or the database cannot be reached; what was remembered is told the next time */
  async report(): Promise<void> {
    const { queue, tell } = this.#options;
    const [depth, oldestWaitingSince] = await Promise.all([
      queue.depth(),
      queue.oldestWaitingSince(),
    ]);
    await tell({ depth, oldestWaitingSince, receipts: this.#receipts });
  }
}
