import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds between two looks. */
const INTERVAL = 20;

/**
 * Waits until the condition holds, and rejects when it still does not after `timeout` milliseconds, naming what was
 * waited for.
 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeout = 15_000,
): Promise<void> {
  for (const deadline = Date.now() + timeout; !(await condition());) {
    if (Date.now() > deadline) throw new Error(`not within ${timeout} ms: ${what}`);
    await delay(INTERVAL);
  }
}
