import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { visibleEvents } from "./tracked.ts";

/** What one look at the ledger saw. */
export interface Sample {
  /** Unix time in milliseconds at which the answer was there. */
  readonly at: number;
  /** Events that anybody could see as tracked. */
  readonly visible: number;
}

/** Looks at the ledger again and again, as a reader would, on a connection of its own. */
export class LedgerProbe {
  readonly samples: Sample[] = [];
  readonly #client: pg.Client;
  readonly #onSample: (sample: Sample) => void;
  readonly #running: Promise<void>;
  #stopped = false;

  private constructor(client: pg.Client, intervalMs: number, onSample: (sample: Sample) => void) {
    this.#client = client;
    this.#onSample = onSample;
    this.#running = this.#run(intervalMs);
  }

  /** @param intervalMs milliseconds between two looks */
  static async start(
    url: string,
    intervalMs: number,
    onSample: (sample: Sample) => void = () => undefined,
  ): Promise<LedgerProbe> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new LedgerProbe(client, intervalMs, onSample);
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#running;
    // What came in since the last look would count as never seen.
    await this.#look();
    await this.#client.end();
  }

  async #run(intervalMs: number): Promise<void> {
    while (!this.#stopped) {
      await this.#look();
      await delay(intervalMs);
    }
  }

  async #look(): Promise<void> {
    const visible = await visibleEvents(this.#client);
    const sample = { at: performance.timeOrigin + performance.now(), visible };
    this.samples.push(sample);
    this.#onSample(sample);
  }
}

/** Events per second that became visible between two times (Unix milliseconds). */
export function rateBetween(samples: readonly Sample[], from: number, to: number): number {
  const within = samples.filter(({ at }) => at >= from && at <= to);
  const first = within[0];
  const last = within.at(-1);
  if (first === undefined || last === undefined || first === last) return Number.NaN;
  return ((last.visible - first.visible) * 1_000) / (last.at - first.at);
}
