import { SECRET } from "../app-process.ts";
import type { BenchContext } from "../bench-context.ts";
import { LedgerProbe, rateBetween } from "../ledger-probe.ts";
import type { LoadOptions, LoadResult } from "../load/load-options.ts";
import { assertAllAcknowledged } from "../measurement.ts";
import { startPipeline, type Pipeline } from "../pipeline.ts";
import { percentile, summarize, type Summary } from "../statistics.ts";
import { acknowledgedNumbers, checkTracked, untilVisible } from "../tracked.ts";
import { visibilityLags } from "../visibility.ts";
import { CONNECTIONS } from "./acknowledge.ts";

/**
 * Most events that may be acknowledged and not yet visible while the sustained rate is sought: the queue stays near
 * empty, and both ends are never without work.
 */
export const WINDOW = { ours: 8_000, textbook: 500 } as const;

/** Share of the sustained rate at which the delays are measured. */
export const LOADED_SHARE = 0.8;

/**
 * Connections while the delays are measured. With 64, a request waited up to 32 ms (p99) for one to become free; a
 * registry opens another.
 */
const OPEN_CONNECTIONS = 256;

const DISTINCT_EVENTS = 60_000;
const WARM_UP_SECONDS = 3;

/** Seconds at the start of a run that count in no rate: both ends get up to speed. */
const RAMP_SECONDS = 1;

const RATE_INTERVAL_MS = 15;

/**
 * Between two looks while the delays are measured: by so much at most they are told too long. Looks share the cores with
 * what they measure; with one every 5 ms the p99 of acknowledgement was 53 ms instead of 42 (medians of nine rounds in turn).
 */
export const LAG_INTERVAL_MS = 20;

export interface EndToEndResult {
  /** Events per second that can be kept up. */
  readonly ours: Summary;
  readonly textbook: Summary;
  /** At 80 % of the sustained rate, requests sent on time whatever the answers. */
  readonly loaded: {
    readonly rate: Summary;
    readonly acknowledgeP50Ms: Summary;
    readonly acknowledgeP99Ms: Summary;
    readonly visibleP50Ms: Summary;
    readonly visibleP99Ms: Summary;
  };
  /** Bytes, the highest of all rounds. */
  readonly ingestMemory: number;
  readonly workerMemory: number;
}

interface OurRound {
  readonly sustained: number;
  readonly loaded: Readonly<Record<keyof EndToEndResult["loaded"], number>>;
  readonly ingestMemory: number;
  readonly workerMemory: number;
}

/** Everything at once on this machine: ingest, Redis, worker, Postgres and the load. */
export async function measureEndToEnd(context: BenchContext): Promise<EndToEndResult> {
  const { plan, progress } = context;
  progress.stage("end to end");
  const ours: OurRound[] = [];
  const textbook: number[] = [];
  for (let round = 1; round <= plan.endToEnd.rounds; round++) {
    const our = await measureOurs(context);
    ours.push(our);
    progress.done(
      `round ${round}, ours: ${Math.round(our.sustained)}/s; at 80 %: p99 acknowledged after ` +
        `${our.loaded.acknowledgeP99Ms.toFixed(1)} ms, visible ${Math.round(our.loaded.visibleP99Ms)} ms later`,
    );
    textbook.push(await measureTextbook(context));
    progress.done(`round ${round}, textbook: ${Math.round(textbook.at(-1) ?? 0)}/s`);
  }
  const loaded = (name: keyof EndToEndResult["loaded"]): Summary =>
    summarize(ours.map((round) => round.loaded[name]));
  return {
    ours: summarize(ours.map(({ sustained }) => sustained)),
    textbook: summarize(textbook),
    loaded: {
      rate: loaded("rate"),
      acknowledgeP50Ms: loaded("acknowledgeP50Ms"),
      acknowledgeP99Ms: loaded("acknowledgeP99Ms"),
      visibleP50Ms: loaded("visibleP50Ms"),
      visibleP99Ms: loaded("visibleP99Ms"),
    },
    ingestMemory: Math.max(...ours.map(({ ingestMemory }) => ingestMemory)),
    workerMemory: Math.max(...ours.map(({ workerMemory }) => workerMemory)),
  };
}

async function measureOurs(context: BenchContext): Promise<OurRound> {
  const { plan, progress } = context;
  const pipeline = await startPipeline(context, "ours");
  try {
    const present = { events: 0 };
    const window = WINDOW.ours;
    progress.now("ours, warm-up");
    await drive(context, pipeline, present, { seconds: WARM_UP_SECONDS, window });
    progress.now("ours, sustained rate");
    const seconds = plan.endToEnd.closedSeconds;
    const { rate: sustained } = await drive(context, pipeline, present, { seconds, window });
    progress.now("ours, delays at 80 %");
    const { load, lags } = await drive(context, pipeline, present, {
      seconds: plan.endToEnd.openSeconds,
      rate: sustained * LOADED_SHARE,
    });
    return {
      sustained,
      loaded: {
        rate: load.acknowledged / load.elapsedSeconds,
        acknowledgeP50Ms: percentile(load.latencies, 0.5),
        acknowledgeP99Ms: percentile(load.latencies, 0.99),
        visibleP50Ms: percentile(lags, 0.5),
        visibleP99Ms: percentile(lags, 0.99),
      },
      ingestMemory: await pipeline.ingestMemory(),
      workerMemory: await pipeline.workerMemory(),
    };
  } finally {
    await pipeline.stop();
  }
}

async function measureTextbook(context: BenchContext): Promise<number> {
  const pipeline = await startPipeline(context, "textbook");
  try {
    context.progress.now("textbook, sustained rate");
    const seconds = context.plan.endToEnd.textbookSeconds + RAMP_SECONDS;
    const window = WINDOW.textbook;
    const { rate } = await drive(context, pipeline, { events: 0 }, { seconds, window });
    return rate;
  } finally {
    await pipeline.stop();
  }
}

interface Driven {
  readonly load: LoadResult;
  /** Events per second that became visible while the load was on. */
  readonly rate: number;
  /** Milliseconds from acknowledgement to visible, ascending; only of an open loop. */
  readonly lags: Float64Array;
}

/** Puts a load on a pipeline, waits until all of it is visible, and checks it. @param present grows by its events */
async function drive(
  { load: generator, nextRun }: BenchContext,
  { port, databaseUrl: url }: Pipeline,
  present: { events: number },
  how: Pick<LoadOptions, "seconds" | "rate" | "window">,
): Promise<Driven> {
  const run = nextRun();
  const before = present.events;
  const isOpenLoop = how.rate !== undefined;
  const probe = await LedgerProbe.start(url, isOpenLoop ? LAG_INTERVAL_MS : RATE_INTERVAL_MS, (s) =>
    generator.setVisible(s.visible - before),
  );
  try {
    const load = await generator.run({
      port,
      authorization: `Bearer ${SECRET}`,
      connections: isOpenLoop ? OPEN_CONNECTIONS : CONNECTIONS,
      keepAlive: true,
      run,
      distinctEvents: DISTINCT_EVENTS,
      ...how,
    });
    assertAllAcknowledged(load, "the pipeline");
    present.events += load.acknowledged;
    await untilVisible(url, present.events, () => undefined);
    await probe.stop();
    await checkTracked(url, acknowledgedNumbers(run, load));
    const end = load.acknowledgedAt.reduce((last, at) => Math.max(last, at), 0);
    const from = end - (how.seconds - RAMP_SECONDS) * 1_000;
    const lags = isOpenLoop
      ? await visibilityLags({ url, run, load, samples: probe.samples })
      : new Float64Array();
    return { load, rate: rateBetween(probe.samples, from, end), lags };
  } finally {
    await probe.stop();
  }
}
