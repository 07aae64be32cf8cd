import { EventEmitter, once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";

/** A queue or worker of BullMQ, as far as its connection goes. */
export interface Connected {
  /** Resolves when its server was reached, rejects when that failed. */
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** Milliseconds between two attempts to reach a server that was away at the start. */
const RETRY_DELAY_MS = 500;

/** Milliseconds that a connection which is being made has until it is closed all the same. */
const CLOSE_GRACE_MS = 1_000;

const READY = "ready";

/**
 * Something of BullMQ that may be opened while its server is away. BullMQ finds its way back to a server that it has
 * reached once, but remembers a failed start for ever; so it is closed then, and opened anew until it succeeds.
 */
export class Reopening<T extends Connected> {
  readonly #open: () => T;
  readonly #onError: (error: Error) => void;
  readonly #events = new EventEmitter();
  readonly #stop = new AbortController();
  readonly #opening: Promise<void>;
  #current: T | undefined;
  #isReady = false;
  #closing: Promise<void> | undefined;

  /**
   * @param onReady is called once, when the server was reached
   * @param onError hears of every connection trouble
   */
  constructor(open: () => T, onError: (error: Error) => void, onReady?: (opened: T) => void) {
    this.#open = open;
    this.#onError = onError;
    this.#events.setMaxListeners(0);
    if (onReady !== undefined) this.#events.once(READY, () => onReady(this.#current as T));
    this.#opening = this.#openUntilReady();
  }

  /** @throws Error when the server could not be reached within that time after the start */
  async get(timeoutMs: number): Promise<T> {
    if (!this.#isReady) {
      try {
        // Waiting for an event leaves nothing behind when the time is up, however often it happens.
        await once(this.#events, READY, { signal: AbortSignal.timeout(timeoutMs) });
      } catch {
        throw new Error("The queue was not reached yet.");
      }
    }
    return this.#current as T;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#stop.abort();
    // BullMQ on Postgres forgets a connection that is closed while it is being made, and leaves it open.
    await Promise.race([this.#opening, wait(CLOSE_GRACE_MS, undefined, { ref: false })]);
    await this.#current?.close();
  }

  async #openUntilReady(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const opened = this.#open();
      this.#current = opened;
      opened.on("error", this.#onError);
      try {
        await opened.waitUntilReady();
        if (signal.aborted) return;
        this.#isReady = true;
        this.#events.emit(READY);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#onError(error as Error);
        await opened.close().catch(this.#onError);
        await wait(RETRY_DELAY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
