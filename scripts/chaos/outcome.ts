/** One line of the results. */
export interface Outcome {
  readonly name: string;
  readonly fault: string;
  readonly verdict: "PASS" | "FAIL" | "SKIP";
  /** It failed for nothing but an answer that was late; on a busy machine that is worth another look. */
  readonly isOnlyLate: boolean;
  readonly events: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly worstMs: number;
  /** From the end of the fault until everything was delivered and counted. */
  readonly recoverySeconds: number;
  readonly notes: readonly string[];
  readonly faults: readonly string[];
}

/** What is told of a fault that came to nothing. */
export const NOTHING = {
  isOnlyLate: false,
  events: 0,
  acknowledged: 0,
  lost: 0,
  duplicates: 0,
  refused: 0,
  worstMs: 0,
  recoverySeconds: 0,
  notes: [] as readonly string[],
};
