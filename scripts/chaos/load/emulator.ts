import { setTimeout as wait } from "node:timers/promises";
import type { DeliveryLog } from "./delivery-log.ts";
import { postOnce } from "./post-once.ts";
import type { Workload } from "./workload.ts";

/** Distribution: after so many failures in a row it waits before each further try, and never gives up. */
const THRESHOLD = 10;
const BACKOFF_MS = 1_000;

/**
 * GitLab's registry: so many tries with growing waits, then the event is dropped. Its waits are five times as long;
 * shortened, an outage of some seconds shows what otherwise takes minutes.
 */
const GITLAB_TRIES = 10;
const GITLAB_FIRST_WAIT_MS = 100;
const GITLAB_QUEUE = 3_000;

const TICK_MS = 20;

export interface EmulatorOptions {
  readonly dialect: "distribution" | "gitlab";
  readonly registry: string;
  readonly secret: string;
  readonly workload: Workload;
  readonly log: DeliveryLog;
  /** Where ingest listens; tries go round, as behind a load balancer. */
  readonly urls: () => readonly string[];
  /** Events that happen at this registry in a second. */
  readonly perSecond: number;
  /** Events that have gathered before the start. */
  readonly backlog?: number;
}

/** A registry's notification endpoint: events happen at their own pace, and are delivered strictly one by one. */
export class RegistryEmulator {
  readonly #options: EmulatorOptions;
  readonly #queue: string[] = [];
  readonly #ended: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #made = 0;
  #producing = true;
  #aborted = false;
  #tries = 0;

  constructor(options: EmulatorOptions) {
    this.#options = options;
    for (let i = 0; i < (options.backlog ?? 0); i++) this.#queue.push(options.workload.next());
    this.#timer = setInterval(() => this.#produce(), TICK_MS);
    this.#ended = this.#run();
  }

  /** No more events happen; what has happened is still delivered. */
  stopProducing(): void {
    this.#producing = false;
    clearInterval(this.#timer);
  }

  /** Resolves when everything was delivered or dropped. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Ends without delivering the rest. */
  abort(): void {
    this.stopProducing();
    this.#aborted = true;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  #produce(): void {
    const due = ((performance.now() - this.#startedAt) / 1_000) * this.#options.perSecond;
    for (; this.#made < due; this.#made++) {
      const body = this.#options.workload.next();
      const isFull = this.#options.dialect === "gitlab" && this.#queue.length >= GITLAB_QUEUE;
      if (!isFull) this.#queue.push(body);
    }
  }

  async #run(): Promise<void> {
    while (!this.#aborted) {
      const body = this.#queue.shift();
      if (body !== undefined) await this.#deliver(body);
      else if (this.#producing) await wait(TICK_MS);
      else return;
    }
  }

  async #deliver(body: string): Promise<void> {
    const { dialect, registry, secret, log, urls } = this.#options;
    const sent = log.sending(registry, body);
    for (let failures = 0; !this.#aborted; failures++) {
      if (dialect === "gitlab") {
        if (failures > GITLAB_TRIES) {
          log.dropped++;
          return;
        }
        if (failures > 0) await wait(GITLAB_FIRST_WAIT_MS * 1.5 ** (failures - 1));
      } else if (failures >= THRESHOLD) {
        await wait(BACKOFF_MS);
      }
      const targets = urls();
      const answer = await postOnce(targets[this.#tries++ % targets.length] ?? "", secret, body);
      log.answered(sent, answer);
      // Both take a redirect for success as well, which ingest must therefore never answer.
      if (answer.status !== undefined && answer.status >= 200 && answer.status < 400) return;
    }
  }
}
