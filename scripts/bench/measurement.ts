import { percentile, summarize, type Summary } from "./statistics.ts";
import type { LoadResult } from "./load/load-options.ts";

/** One contender at one stage, over all rounds. */
export interface Measurement {
  /** Events per second. */
  readonly rate: Summary;
  /** CPU microseconds per event of the contender's own process; hardly touched by what else runs on the machine. */
  readonly cpuMicros: Summary;
  /** The same of Redis and of Postgres with its backends, where the stage used them. */
  readonly redisMicros: Summary;
  readonly postgresMicros: Summary;
  /** Bytes per event that Postgres wrote to its log. */
  readonly walBytes: Summary;
  /** Milliseconds until the acknowledgement. */
  readonly p50Ms?: Summary;
  readonly p99Ms?: Summary;
}

/** One round of a contender. */
export interface Round {
  readonly rate: number;
  readonly cpuMicros: number;
  readonly redisMicros?: number;
  readonly postgresMicros?: number;
  readonly walBytes?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

export function measurementOf(rounds: readonly Round[]): Measurement {
  const column = (pick: (round: Round) => number | undefined): Summary =>
    summarize(rounds.map((round) => pick(round) ?? Number.NaN));
  const costs = {
    rate: column((round) => round.rate),
    cpuMicros: column((round) => round.cpuMicros),
    redisMicros: column((round) => round.redisMicros),
    postgresMicros: column((round) => round.postgresMicros),
    walBytes: column((round) => round.walBytes),
  };
  if (rounds[0]?.p50Ms === undefined) return costs;
  return {
    ...costs,
    p50Ms: column((round) => round.p50Ms),
    p99Ms: column((round) => round.p99Ms),
  };
}

/** @param cpu seconds of CPU that the contender's process and Redis used during the run */
export function roundOfLoad(
  result: LoadResult,
  cpu: { readonly own: number; readonly redis: number },
): Round {
  return {
    rate: result.acknowledged / result.elapsedSeconds,
    cpuMicros: (cpu.own / result.acknowledged) * 1e6,
    redisMicros: (cpu.redis / result.acknowledged) * 1e6,
    p50Ms: percentile(result.latencies, 0.5),
    p99Ms: percentile(result.latencies, 0.99),
  };
}

/** @throws Error when anything but 200 came: a rate with refusals in it is not comparable */
export function assertAllAcknowledged(result: LoadResult, who: string): void {
  if (result.acknowledged === result.sent) return;
  throw new Error(
    `${who} acknowledged ${result.acknowledged} of ${result.sent} requests; others: ${JSON.stringify(result.refused)}`,
  );
}
