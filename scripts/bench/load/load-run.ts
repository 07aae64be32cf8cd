import { setTimeout as delay } from "node:timers/promises";
import { BROKEN, Connection } from "./connection.ts";
import type { LoadOptions, LoadResult } from "./load-options.ts";
import { RequestPool } from "./request-pool.ts";

/** More events than any run sends; the arrays below have so many places. */
const CAPACITY = 2_000_000;

/** Milliseconds after the last request within which every answer must have come. */
const ANSWER_DEADLINE_MS = 15_000;

/** One run: begins requests for some seconds, then waits for the answers that are still missing. */
export class LoadRun {
  readonly #options: LoadOptions;
  readonly #pool: RequestPool;
  readonly #begun = new Float64Array(CAPACITY);
  readonly #acknowledgedAt = new Float64Array(CAPACITY);
  readonly #refused: Record<number, number> = {};
  readonly #idle: Connection[] = [];
  readonly #current = new Map<Connection, number>();
  #latencies = new Float32Array(CAPACITY);
  #sent = 0;
  #acknowledged = 0;
  #visible = 0;
  #startedAt = 0;
  #lastAnswerAt = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#pool = new RequestPool(options);
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Tells how many of the run's events can be seen in the tables: what a window waits for. */
  setVisible(events: number): void {
    this.#visible = events;
    this.#begin();
  }

  async run(): Promise<LoadResult> {
    const { connections, keepAlive, port, seconds } = this.#options;
    for (let i = 0; i < connections; i++) {
      this.#idle.push(new Connection(port, keepAlive, this.#answered));
    }
    const cpu = process.cpuUsage();
    this.#startedAt = performance.now();
    const end = this.#startedAt + seconds * 1_000;
    this.#begin();
    for (let now = this.#startedAt; now < end || this.#current.size > 0; now = performance.now()) {
      if (now > end + ANSWER_DEADLINE_MS) {
        throw new Error(`${this.#current.size} requests were never answered`);
      }
      await delay(1);
      this.#begin();
    }
    const { user, system } = process.cpuUsage(cpu);
    const elapsedMs = performance.now() - this.#startedAt;
    for (const connection of this.#idle) connection.close();
    return {
      sent: this.#sent,
      acknowledgedAt: this.#acknowledgedAt.slice(0, this.#sent),
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      elapsedSeconds: (this.#lastAnswerAt - this.#startedAt) / 1_000,
      latencies: this.#latencies.slice(0, this.#acknowledged).toSorted(),
      cpuShare: (user + system) / 1_000 / elapsedMs,
    };
  }

  /** Begins as many requests as are due and connections are free. */
  #begin(): void {
    while (this.#idle.length > 0) {
      const now = performance.now();
      const due = this.#nextDue(now);
      if (due === undefined) return;
      const connection = this.#idle.pop();
      if (connection === undefined) return;
      const number = this.#sent++;
      if (number >= CAPACITY) throw new Error("the run is longer than the generator's memory");
      this.#begun[number] = due;
      this.#current.set(connection, number);
      connection.send(this.#pool.take(number));
    }
  }

  /** When the next request is due (milliseconds of `performance.now`); undefined when none is yet. */
  #nextDue(now: number): number | undefined {
    const { seconds, rate, window } = this.#options;
    const end = this.#startedAt + seconds * 1_000;
    if (window !== undefined && this.#sent - this.#visible >= window) return undefined;
    const due = rate === undefined ? now : this.#startedAt + (this.#sent * 1_000) / rate;
    return due <= now && due < end ? due : undefined;
  }

  readonly #answered = (connection: Connection, status: number): void => {
    const number = this.#current.get(connection) ?? 0;
    this.#current.delete(connection);
    this.#idle.push(connection);
    this.#lastAnswerAt = performance.now();
    if (status === 200) {
      this.#acknowledgedAt[number] = performance.timeOrigin + this.#lastAnswerAt;
      this.#latencies[this.#acknowledged++] = this.#lastAnswerAt - (this.#begun[number] ?? 0);
    } else {
      this.#refused[status] = (this.#refused[status] ?? 0) + 1;
    }
    // A broken connection is tried again with the next tick, lest we spin while a server is away.
    if (status !== BROKEN) this.#begin();
  };
}
