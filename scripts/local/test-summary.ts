/** The counts that mocha keeps of a run. */
interface TestStats {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

/** The closing line of a test run, from mocha's stats as JSON: `12 passed, 0 failed`, and what was skipped, if any. */
export function summarizeTests(json: string): string {
  const { passes, failures, pending } = parseStats(json);
  return `${passes} passed, ${failures} failed${pending === 0 ? "" : `, ${pending} skipped`}`;
}

function parseStats(json: string): TestStats {
  const stats: unknown = JSON.parse(json);
  if (
    typeof stats === "object" &&
    stats !== null &&
    "passes" in stats &&
    "failures" in stats &&
    "pending" in stats
  ) {
    const { passes, failures, pending } = stats;
    if (typeof passes === "number" && typeof failures === "number" && typeof pending === "number") {
      return { passes, failures, pending };
    }
  }
  throw new Error(`not the stats of a mocha run: ${json}`);
}
