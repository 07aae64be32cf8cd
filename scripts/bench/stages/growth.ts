import type { BenchContext } from "../bench-context.ts";
import { timeAnswers, type AnswersResult } from "./answers.ts";
import { bytesPerEvent, type BytesPerEvent } from "../bytes-per-event.ts";
import { fillSeed, repeatSeed } from "../fill-tables.ts";
import { measurementOf, type Measurement, type Round } from "../measurement.ts";
import { tableSizes, type TableSize } from "../table-sizes.ts";
import { runWorkerRound } from "../worker-round.ts";
import { FULL_JOB } from "./worker.ts";

const WARM_UP_EVENTS = 5_000;
const EVENTS = 40_000;

/**
 * After a checkpoint Postgres logs each page whole when it is first changed. Keys are random, so with many of them
 * nearly every event meets such a page at first. So many events later most pages have been met; in production a
 * checkpoint comes once in millions of events.
 */
const EVENTS_AFTER_CHECKPOINT = 70_000;

const SEED_DATABASE = "bench_growth_seed";

export interface GrowthStep {
  /** Tracking rows that were there before. */
  readonly rows: number;
  /** Our worker between checkpoints. */
  readonly worker: Measurement;
  /** One round right after a checkpoint. */
  readonly afterCheckpoint: Round;
  /** Before the first round. */
  readonly sizes: readonly TableSize[];
}

export interface GrowthResult {
  readonly steps: readonly GrowthStep[];
  /** In the largest database. */
  readonly perEvent: BytesPerEvent;
  /** Of the api on the largest database. */
  readonly answers: AnswersResult;
}

interface Grown {
  readonly rows: number;
  readonly url: string;
  sizes: readonly TableSize[];
  /** The first one right after a checkpoint. */
  readonly rounds: Round[];
  added: number;
}

/** Our worker on tables that hold little and much, in turn, so that the hour of the day does not decide. */
export async function measureGrowth(context: BenchContext): Promise<GrowthResult> {
  const { plan, progress } = context;
  progress.stage("growth");
  const databases: Grown[] = [];
  try {
    await grow(context, databases);
    for (let round = 0; round <= plan.growth.rounds; round++) {
      for (const database of databases) {
        // The target compares the ends.
        const isEnd = database === databases[0] || database === databases.at(-1);
        if (round > 1 && !isEnd) continue;
        const result = await runOn(context, database, round === 0);
        database.rounds.push(result);
        const when = round === 0 ? "after a checkpoint" : `round ${round}`;
        progress.done(`${database.rows} rows, ${when}: ${Math.round(result.rate)}/s`);
      }
    }
    const largest = databases.at(-1);
    if (largest === undefined) throw new Error("The plan names no number of rows.");
    progress.now("the api on the largest database");
    const answers = await timeAnswers(largest.url, context.logDirectory, (line) =>
      progress.done(line),
    );
    const perEvent = await bytesPerEvent(context, largest.sizes, largest.rows);
    const steps = databases.map(({ rows, sizes, rounds: [afterCheckpoint, ...rounds] }) => ({
      rows,
      sizes,
      worker: measurementOf(rounds),
      afterCheckpoint: afterCheckpoint as Round,
    }));
    return { steps, perEvent, answers };
  } finally {
    for (const { rows } of databases) await context.databases.drop(nameOf(rows));
    await context.databases.drop(SEED_DATABASE);
  }
}

async function grow(context: BenchContext, into: Grown[]): Promise<void> {
  const { plan, progress, databases } = context;
  progress.now("seed");
  await fillSeed(context, await databases.create(SEED_DATABASE));
  progress.done("our worker has counted the seed");
  for (const rows of plan.growth.rows) {
    progress.now(`filling up to ${rows} rows`);
    const url = await databases.create(nameOf(rows), SEED_DATABASE);
    const database: Grown = { rows, url, sizes: [], rounds: [], added: 0 };
    into.push(database);
    await databases.withoutAutovacuum(() => repeatSeed(url, rows));
    database.sizes = await tableSizes(url);
    progress.done(`${rows} rows are there`);
  }
}

async function runOn(context: BenchContext, database: Grown, checkpoint: boolean): Promise<Round> {
  const { url, rows, added } = database;
  const events = checkpoint ? EVENTS_AFTER_CHECKPOINT : EVENTS;
  database.added += WARM_UP_EVENTS + events;
  return runWorkerRound(context, {
    contender: "ours",
    databaseUrl: url,
    groupSize: FULL_JOB,
    warmUpEvents: WARM_UP_EVENTS,
    events,
    firstIndex: added,
    presentEvents: rows + added,
    checkpoint,
  });
}

function nameOf(rows: number): string {
  return `bench_growth_${rows}`;
}
