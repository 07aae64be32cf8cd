/** Weight of the newest job in the average; the last dozen or so count. */
const WEIGHT = 1 / 8;

/** However large the jobs are, some are fetched while others are being handled. */
const LEAST_JOBS = 4;

export interface AllowanceLimits {
  /** Most jobs at once. */
  readonly jobs: number;
  /** Notifications that shall be with the handler at once. */
  readonly notifications: number;
}

/**
 * How many jobs to take at once. A job holds one notification when it is quiet and hundreds behind a busy ingest: a
 * fixed number would be too few of the one kind or fill the memory with the other.
 */
export class JobAllowance {
  readonly #limits: AllowanceLimits;
  #average = 1;

  constructor(limits: AllowanceLimits) {
    this.#limits = limits;
  }

  /** @returns how many jobs to take at once, after one that held so many notifications */
  after(notifications: number): number {
    this.#average += (notifications - this.#average) * WEIGHT;
    const jobs = Math.round(this.#limits.notifications / Math.max(this.#average, 1));
    return Math.max(Math.min(jobs, this.#limits.jobs), Math.min(LEAST_JOBS, this.#limits.jobs));
  }
}
