import closeWithGrace from "close-with-grace";
import type { Logger } from "./logger.ts";

/** Orchestrators kill after 30 s by default; this leaves room for the rest of the process. */
const STOP_DEADLINE_MS = 25_000;

/** Stops one thing that was started. */
type Closer = () => Promise<unknown>;

/**
 * The end of a process. What was opened last is closed first. SIGTERM and SIGINT begin it; a second signal, or the
 * deadline, ends the process at once.
 */
export class Lifecycle {
  readonly #logger: Logger;
  readonly #closers: { readonly name: string; readonly close: Closer }[] = [];
  readonly #stopping = new AbortController();

  constructor(logger: Logger) {
    this.#logger = logger;
    closeWithGrace({ delay: STOP_DEADLINE_MS, logger: false }, async ({ signal, err }) => {
      if (err !== undefined) {
        logger.error("stopping after an error that nothing handled", { error: err });
      } else {
        logger.info("stopping", { signal });
      }
      await this.#close();
      logger.info("stopped");
    });
  }

  /** False from the moment the process begins to stop. */
  readonly isOpen = (): boolean => !this.signal.aborted;

  /** Aborts when the process begins to stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Stops because the process cannot do its work, and exits with 1. The error says what to do. */
  fail(reason: unknown): void {
    if (!this.isOpen()) return;
    this.#logger.error("stopping, for it cannot go on", { error: reason });
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    void this.#close().finally(() => process.exit(1));
  }

  /** Registers something to be closed at the end, before everything that was registered earlier. */
  onClose(name: string, close: Closer): void {
    this.#closers.push({ name, close });
  }

  async #close(): Promise<void> {
    this.#stopping.abort();
    for (const { name, close } of this.#closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        this.#logger.error("closing failed", { what: name, error });
      }
    }
  }
}
