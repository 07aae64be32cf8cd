import { SEED_ROWS } from "../fill-tables.ts";
import { REPETITIONS, WARM_UP } from "../stages/answers.ts";
import type { GrowthResult } from "../stages/growth.ts";
import { bytes, short, spread, table, whole } from "./format.ts";

/** Tables smaller than this are left out. */
const SMALLEST_BYTES = 1e6;

export function growthSection({ steps, perEvent, answers }: GrowthResult): string {
  const first = steps[0];
  const last = steps.at(-1);
  return `## Growth

Tallyman's worker on top of more and more rows, jobs of 500 notifications. The first ${whole(SEED_ROWS)} rows were counted by the worker itself; SQL repeated them further and further back in time, each with ids, versions and short-lived repositories of its own, with all indexes in place and all rollups to match.

${table(
  [
    "tracking rows before",
    "events/s",
    "of the first",
    "CPU µs each",
    "Postgres µs each",
    "WAL bytes each",
    "after a checkpoint: events/s",
    "WAL bytes each",
  ],
  steps.map(({ rows, worker, afterCheckpoint }) => [
    whole(rows),
    spread(worker.rate),
    `${short(worker.rate.median / (first?.worker.rate.median ?? Number.NaN))} ×`,
    spread(worker.cpuMicros, short),
    spread(worker.postgresMicros, short),
    whole(worker.walBytes.median),
    whole(afterCheckpoint.rate),
    whole(afterCheckpoint.walBytes ?? Number.NaN),
  ]),
)}

Right after a checkpoint Postgres logs each page whole when it first changes. Keys are random, so with many rows the first some hundred thousand events each meet such a page; that round is shown apart.

Sizes with ${whole(last?.rows ?? Number.NaN)} tracking rows:

${table(
  ["table", "rows", "table", "indexes", "bytes per event"],
  (last?.sizes ?? [])
    .filter(({ tableBytes, indexBytes }) => tableBytes + indexBytes > SMALLEST_BYTES)
    .map((size) => [
      `\`${size.table}\``,
      whole(size.rows),
      bytes(size.tableBytes),
      bytes(size.indexBytes),
      short((size.tableBytes + size.indexBytes) / (last?.rows ?? Number.NaN)),
    ]),
)}

One event costs ${whole(perEvent.postgres)} bytes in Postgres, indexes and rollups included. While it waits in Redis it costs ${whole(perEvent.redisGrouped)} bytes in a job of 500 and ${whole(perEvent.redisSingly)} bytes alone; its body has ${whole(perEvent.body)} bytes.

## Answers

Every kind of request that the dashboard makes or leads to, and what programs may ask besides, on ${whole(answers.rows)} tracking rows and ${whole(answers.tags)} tags, over HTTP, one at a time, ${REPETITIONS} times after ${WARM_UP} that do not count. A later page is one that follows thousands of rows.

${table(
  ["question", "p50 ms", "p95 ms"],
  answers.answers
    .toSorted((a, b) => b.p95Ms - a.p95Ms)
    .map(({ question, p50Ms, p95Ms }) => [question, short(p50Ms), short(p95Ms)]),
)}`;
}
