import type { Notification } from "@tallyman/events";
import { REGISTRY } from "../app-process.ts";
import type { BenchContext } from "../bench-context.ts";
import { copyIn } from "../copy-in.ts";
import { COPY_STATEMENT, copyText } from "../copy-rows.ts";
import { withClient } from "../databases.ts";
import { measurementOf, type Measurement, type Round } from "../measurement.ts";
import { bodiesOf } from "../prefill.ts";
import { runWorkerRound } from "../worker-round.ts";

/** Notifications in a job: what ingest forms at most under load, and what it forms alone. */
export const FULL_JOB = 500;
const SINGLE_JOB = 1;

const WARM_UP_EVENTS = 5_000;
const TEXTBOOK_WARM_UP_EVENTS = 300;

export interface WorkerResult {
  /** Jobs of 500 notifications. */
  readonly ours: Measurement;
  /** Jobs of one notification. */
  readonly oursSingly: Measurement;
  readonly textbook: Measurement;
  /** COPY of the tracking rows and nothing else. */
  readonly copy: Measurement;
  /** Most resident memory of our worker in any round, in bytes. */
  readonly peakMemory: number;
}

/** How fast events that wait in the queue come into all tables, each checked in SQL to be there once. */
export async function measureWorker(context: BenchContext): Promise<WorkerResult> {
  const { plan, progress, databases } = context;
  progress.stage("worker");
  const { rounds, events, singleEvents, textbookEvents, copyRows } = plan.worker;
  const results = {
    ours: [] as Round[],
    oursSingly: [] as Round[],
    textbook: [] as Round[],
    copy: [] as Round[],
  };
  let peakMemory = 0;
  const rowsToCopy = copyText(notifications(context.nextRun(), copyRows));
  for (let round = 1; round <= rounds; round++) {
    const note = (name: keyof typeof results, result: Round): void => {
      results[name].push(result);
      progress.done(`round ${round}, ${name}: ${Math.round(result.rate)}/s`);
    };
    const ours = async (groupSize: number, count: number) => {
      const databaseUrl = await databases.create("bench_worker");
      return runWorkerRound(context, {
        contender: "ours",
        databaseUrl,
        groupSize,
        warmUpEvents: WARM_UP_EVENTS,
        events: count,
      });
    };
    const grouped = await ours(FULL_JOB, events);
    peakMemory = Math.max(peakMemory, grouped.peakMemory);
    note("ours", grouped);
    note("copy", await measureCopy(context, rowsToCopy, copyRows));
    const singly = await ours(SINGLE_JOB, singleEvents);
    peakMemory = Math.max(peakMemory, singly.peakMemory);
    note("oursSingly", singly);
    note(
      "textbook",
      await runWorkerRound(context, {
        contender: "textbook",
        databaseUrl: await databases.create("bench_worker"),
        groupSize: SINGLE_JOB,
        warmUpEvents: TEXTBOOK_WARM_UP_EVENTS,
        events: textbookEvents,
      }),
    );
  }
  await databases.drop("bench_worker");
  return {
    ours: measurementOf(results.ours),
    oursSingly: measurementOf(results.oursSingly),
    textbook: measurementOf(results.textbook),
    copy: measurementOf(results.copy),
    peakMemory,
  };
}

function notifications(run: string, events: number): Notification[] {
  const receivedAt = new Date().toISOString();
  const bodies = bodiesOf({ run, events, firstIndex: 0 });
  return bodies.map((body) => ({ registry: REGISTRY, receivedAt, body }));
}

async function measureCopy(
  { databases }: BenchContext,
  text: Buffer,
  rows: number,
): Promise<Round> {
  const url = await databases.create("bench_copy");
  const seconds = await withClient(url, async (client) => {
    await databases.checkpoint();
    const startedAt = performance.now();
    await copyIn(client, COPY_STATEMENT, text);
    const elapsed = (performance.now() - startedAt) / 1_000;
    const { rows: counted } = await client.query<{ rows: string }>(
      "select count(distinct event_id) as rows from tracking_events",
    );
    if (Number(counted[0]?.rows) !== rows) throw new Error("COPY did not write every row");
    return elapsed;
  });
  await databases.drop("bench_copy");
  return { rate: rows / seconds, cpuMicros: Number.NaN };
}
