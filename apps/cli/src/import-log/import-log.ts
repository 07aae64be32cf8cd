import { setTimeout as delay } from "node:timers/promises";
import { MAX_EVENTS_PER_TRANSACTION, type TrackingStore } from "@tallyman/database";
import { readingsOf, type Reading } from "@tallyman/events";
import { DocumentSplitter } from "./document-splitter.ts";
import type { OpenLog } from "./open-log.ts";
import { toNotification } from "./to-notification.ts";

/** Transactions at once: as the worker has them, and for the same reason. */
const LANES = 2;

/** Tries of a batch while the database is away: for about half a minute. */
const TRIES = 10;

/** Longest pause before a batch is tried again. */
const LONGEST_PAUSE_MS = 10_000;

/** What an import came to. received = tracked + duplicates + rejected. */
export interface Imported {
  received: number;
  tracked: number;
  duplicates: number;
  rejected: number;
}

export interface LogImport {
  readonly log: OpenLog;
  /** Of its first byte, unpacked. */
  readonly offset: number;
  readonly registry: string;
  readonly receivedAt: string;
  readonly store: TrackingStore;
  /** How often a batch is tried while the database is away. */
  readonly tries?: number;
  /** Called with the months (`YYYY-MM-01`) of a batch before it is counted. */
  readonly onMonths: (months: ReadonlySet<string>) => Promise<void>;
  /** Hears, after each COMMIT, what the batch came to and up to which offset everything is counted. */
  readonly onCounted: (batch: Imported, offset: number) => Promise<void>;
}

/**
 * Counts everything that a log holds, in large batches, as the worker would: what is known already is a duplicate, what
 * cannot be read is set aside.
 *
 * @throws when a batch cannot be counted; all before the last offset told is
 */
export async function importLog({ log, offset, store, ...rest }: LogImport): Promise<void> {
  const { registry, receivedAt, tries = TRIES, onMonths, onCounted } = rest;
  const splitter = new DocumentSplitter(offset);
  const lanes = new Lanes();
  let readings: Reading[] = [];
  let end = offset;

  const send = async (): Promise<void> => {
    const [batch, upTo] = [readings, end];
    readings = [];
    await onMonths(monthsOf(batch));
    await lanes.run(
      () => record(store, batch, tries),
      (imported) => onCounted(imported, upTo),
    );
  };
  const take = async (documents: Iterable<{ text: string; end: number }>): Promise<void> => {
    for (const document of documents) {
      // Of a body too large for one transaction all parts but the last end before it: interrupted, it is read again.
      for (const reading of readingsOf(toNotification(document.text, registry, receivedAt))) {
        if (readings.length === MAX_EVENTS_PER_TRANSACTION) await send();
        readings.push(reading);
      }
      end = document.end;
    }
  };
  try {
    for await (const chunk of log.bytes) await take(splitter.push(chunk));
    await take(splitter.end());
    await send();
  } finally {
    await lanes.idle();
  }
  lanes.throwFailure();
}

async function record(
  store: TrackingStore,
  readings: readonly Reading[],
  tries: number,
): Promise<Imported> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { received, tracked, duplicates, rejected } = await store.record(readings);
      return { received, tracked: tracked.length, duplicates, rejected };
    } catch (error) {
      // Recording again is harmless, also when it is unknown whether it was recorded.
      if (attempt === tries) throw error;
      await delay(Math.min(100 * 2 ** attempt, LONGEST_PAUSE_MS));
    }
  }
}

function monthsOf(readings: readonly Reading[]): ReadonlySet<string> {
  const months = new Set<string>();
  for (const reading of readings) {
    if (reading.kind === "event") months.add(`${reading.occurredAt.slice(0, 7)}-01`);
  }
  return months;
}

/** Runs work in a few lanes, and reports the results in the order in which it was given. */
class Lanes {
  readonly #running = new Set<Promise<unknown>>();
  #reported: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** Resolves as soon as more work can be taken. @throws what failed before */
  async run<T>(work: () => Promise<T>, onDone: (result: T) => Promise<void>): Promise<void> {
    this.throwFailure();
    const done = work();
    const lane: Promise<unknown> = done
      .catch(() => undefined)
      .then(() => this.#running.delete(lane));
    this.#running.add(lane);
    const before = this.#reported;
    this.#reported = (async () => {
      await before;
      try {
        const result = await done;
        // What comes after a failure is counted, but there is a gap before it.
        if (this.#failure === undefined) await onDone(result);
      } catch (error) {
        this.#failure ??= { error };
      }
    })();
    if (this.#running.size >= LANES) await Promise.race(this.#running);
  }

  async idle(): Promise<void> {
    await this.#reported;
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
