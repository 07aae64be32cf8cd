import type { Results } from "./results.ts";

/** A floor that the product has set itself. */
export interface Target {
  readonly what: string;
  readonly wanted: number;
  /** Whether the measured value must be at least or at most the wanted one. */
  readonly direction: "at least" | "below";
  readonly measured: number;
  readonly unit: "×" | "ms" | "MB";
}

export function isReached({ direction, measured, wanted }: Target): boolean {
  return direction === "at least" ? measured >= wanted : measured < wanted;
}

/** The targets of all stages that ran; ratios are those of the medians. */
export function targetsOf(results: Results): Target[] {
  const { acknowledge, worker, endToEnd, memory, growth } = results;
  const targets: Target[] = [];
  const ratio = (what: string, wanted: number, ours: number, other: number): void => {
    targets.push({ what, wanted, direction: "at least", measured: ours / other, unit: "×" });
  };
  const below = (what: string, wanted: number, measured: number, unit: "ms" | "MB"): void => {
    targets.push({ what, wanted, direction: "below", measured, unit });
  };
  if (acknowledge !== undefined) {
    const { keepAlive, perRequest } = acknowledge;
    const rate = (mode: typeof keepAlive, name: keyof typeof keepAlive) => mode[name].rate.median;
    ratio("acknowledge, keep-alive ÷ bare", 0.6, rate(keepAlive, "ours"), rate(keepAlive, "bare"));
    ratio(
      "acknowledge, keep-alive ÷ textbook",
      5,
      rate(keepAlive, "ours"),
      rate(keepAlive, "textbook"),
    );
    ratio(
      "acknowledge, connection per request ÷ bare",
      0.6,
      rate(perRequest, "ours"),
      rate(perRequest, "bare"),
    );
  }
  if (worker !== undefined) {
    const { ours, textbook, copy } = worker;
    ratio("worker ÷ textbook", 15, ours.rate.median, textbook.rate.median);
    ratio("worker ÷ COPY", 0.15, ours.rate.median, copy.rate.median);
  }
  if (endToEnd !== undefined) {
    const { ours, textbook, loaded } = endToEnd;
    ratio("end to end ÷ textbook", 15, ours.median, textbook.median);
    below("p99 acknowledgement at 80 %", 50, loaded.acknowledgeP99Ms.median, "ms");
    below("p99 from acknowledged to visible at 80 %", 1_000, loaded.visibleP99Ms.median, "ms");
  }
  if (memory !== undefined) {
    below("ingest, Redis halted under full load", 200, memory.stalledIngest / 1e6, "MB");
  }
  if (worker !== undefined) {
    const peak = Math.max(worker.peakMemory, endToEnd?.workerMemory ?? 0);
    below("worker, behind a full queue", 300, peak / 1e6, "MB");
  }
  const first = growth?.steps[0];
  const last = growth?.steps.at(-1);
  if (first !== undefined && last !== undefined) {
    ratio(
      `worker at ${last.rows.toLocaleString("en")} rows ÷ at ${first.rows.toLocaleString("en")}`,
      0.85,
      last.worker.rate.median,
      first.worker.rate.median,
    );
  }
  if (growth !== undefined) {
    const slowest = Math.max(...growth.answers.answers.map(({ p95Ms }) => p95Ms));
    below(
      `p95 of the slowest question to the api at ${growth.answers.rows.toLocaleString("en")} rows`,
      200,
      slowest,
      "ms",
    );
  }
  return targets;
}
