import { setTimeout as wait } from "node:timers/promises";

/** Before a batch is tried again the first time; each further wait is twice as long. */
const FIRST_MS = 50;

/** The longest wait before a batch is tried again: a database that is back is noticed within it. */
const LONGEST_MS = 5_000;

/**
 * Waits before the next attempt: twice as long each time, up to five seconds, with half of it left to chance so that
 * workers do not come back all at once. Ends early when the signal aborts.
 *
 * @param attempt number of the attempt that failed, from 1
 */
export async function backoff(attempt: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS);
  await wait(ms * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
}
