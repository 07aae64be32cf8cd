import type { StallWatch } from "../stall-watch.ts";
import type { Answer } from "./post-once.ts";

/** What was sent: one body of one registry, however often it was delivered. */
export interface SentBody {
  readonly registry: string;
  readonly body: string;
  readonly events: number;
  /** How many of its deliveries were answered with 2xx. */
  acknowledged: number;
}

/** The senders' own account of a scenario, against which the tables are held. */
export class DeliveryLog {
  readonly #bodies = new Map<string, SentBody>();
  readonly #stalls: StallWatch;
  readonly statuses = new Map<number | "timeout" | "unreachable", number>();
  /** Deliveries that GitLab's registry gave up. */
  dropped = 0;
  worstMs = 0;
  /** The worst answer without the time in which the machine itself stood still. */
  worstFairMs = 0;
  readonly #times: number[] = [];

  constructor(stalls: StallWatch) {
    this.#stalls = stalls;
  }

  sending(registry: string, body: string): SentBody {
    const key = `${registry}\n${body}`;
    let sent = this.#bodies.get(key);
    if (sent === undefined) {
      const { events } = JSON.parse(body) as { events: unknown[] };
      sent = { registry, body, events: events.length, acknowledged: 0 };
      this.#bodies.set(key, sent);
    }
    return sent;
  }

  answered(sent: SentBody, { status, failure, startedAt, ms }: Answer): void {
    const what = status ?? failure ?? "unreachable";
    this.statuses.set(what, (this.statuses.get(what) ?? 0) + 1);
    if (status !== undefined && status >= 200 && status < 300) sent.acknowledged++;
    if (failure === "unreachable") return;
    this.#times.push(ms);
    this.worstMs = Math.max(this.worstMs, ms);
    const stalled = this.#stalls.within(startedAt, startedAt + ms);
    this.worstFairMs = Math.max(this.worstFairMs, ms - stalled);
  }

  bodies(): Iterable<SentBody> {
    return this.#bodies.values();
  }

  count(what: number | "timeout" | "unreachable"): number {
    return this.statuses.get(what) ?? 0;
  }

  /** Events that were sent, each once. */
  get events(): number {
    let events = 0;
    for (const body of this.#bodies.values()) events += body.events;
    return events;
  }

  /** Events of acknowledged deliveries; one that was delivered twice is here twice. */
  get acknowledgedEvents(): number {
    let events = 0;
    for (const body of this.#bodies.values()) events += body.events * body.acknowledged;
    return events;
  }

  /** Milliseconds that so large a part of the answers stayed below, for instance 0.99. */
  percentile(part: number): number {
    const sorted = this.#times.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  }
}
