import type { Notification } from "@tallyman/events";

/**
 * Jobs that are fetched beyond those with the handler. BullMQ fetches as many as it may before it handles the first of
 * them, however large they are; so it is let go on a few at a time.
 */
const JOBS_AHEAD = 4;

export interface AllowanceLimits {
  /** Most jobs at once. */
  readonly jobs: number;
  /** Notifications with the handler at which no further job is taken. */
  readonly notifications: number;
  /** Characters of their bodies at which no further job is taken. */
  readonly characters: number;
}

/**
 * How many jobs to take at once. A job holds one notification when it is quiet and hundreds behind a busy ingest, and
 * a notification may have megabytes: any fixed number would be too few of the one kind or fill the memory with another.
 */
export class JobAllowance {
  readonly #limits: AllowanceLimits;
  #allowed = JOBS_AHEAD;
  #jobs = 0;
  #notifications = 0;
  #characters = 0;

  constructor(limits: AllowanceLimits) {
    this.#limits = limits;
    this.#allow(JOBS_AHEAD);
  }

  /** How many jobs to have at once now, those with the handler included. */
  get jobs(): number {
    return this.#allowed;
  }

  /** Counts a job in that goes to the handler. @returns counts it out again */
  begin(notifications: readonly Notification[]): () => void {
    const characters = notifications.reduce((sum, { body }) => sum + body.length, 0);
    this.#add(1, notifications.length, characters);
    const { notifications: most, characters: mostCharacters } = this.#limits;
    const isFull = this.#notifications >= most || this.#characters >= mostCharacters;
    // It shrinks only when it is full, not whenever a job ends: BullMQ would fetch the next ones one by one.
    this.#allow(isFull ? this.#jobs : Math.max(this.#allowed, this.#jobs + JOBS_AHEAD));
    return () => this.#add(-1, -notifications.length, -characters);
  }

  #allow(jobs: number): void {
    this.#allowed = Math.max(1, Math.min(jobs, this.#limits.jobs));
  }

  #add(jobs: number, notifications: number, characters: number): void {
    this.#jobs += jobs;
    this.#notifications += notifications;
    this.#characters += characters;
  }
}
