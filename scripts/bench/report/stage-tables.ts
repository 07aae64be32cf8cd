import type { Measurement } from "../measurement.ts";
import type { Results } from "../results.ts";
import { CONNECTIONS, type AcknowledgeResult } from "../stages/acknowledge.ts";
import type { EndToEndResult } from "../stages/end-to-end.ts";
import type { WorkerResult } from "../stages/worker.ts";
import { short, spread, table, whole } from "./format.ts";

function ratio(ours: number, other: number): string {
  return `${short(ours / other)} ×`;
}

export function acknowledgeSection(result: AcknowledgeResult): string {
  const { keepAlive, perRequest, generatorCpuShare } = result;
  const rows = (name: string, mode: AcknowledgeResult["keepAlive"]): string[][] =>
    (["bare", "textbook", "ours"] as const).map((who) => [
      `${name}: ${LABELS[who]}`,
      ...rateCells(mode[who], mode.ours),
      short(mode[who].redisMicros.median),
      spread(mode[who].p50Ms ?? mode[who].rate, short),
      spread(mode[who].p99Ms ?? mode[who].rate, short),
    ]);
  return `## Acknowledgement

Requests with one event each, from ${CONNECTIONS} connections, until the answer 200.

${table(
  ["", "requests/s", "ours is", "CPU µs each", "Redis µs each", "p50 ms", "p99 ms"],
  [...rows("keep-alive", keepAlive), ...rows("connection per request", perRequest)],
)}

The load generator used ${whole(generatorCpuShare * 100)} % of a core against bare \`node:http\` with keep-alive; at 100 % it would itself be the limit there.`;
}

const LABELS = {
  bare: "bare `node:http`, stores nothing",
  textbook: "textbook",
  ours: "Tallyman",
} as const;

function rateCells(measurement: Measurement, ours: Measurement): string[] {
  const isOurs = measurement === ours;
  return [
    spread(measurement.rate),
    isOurs ? "" : ratio(ours.rate.median, measurement.rate.median),
    spread(measurement.cpuMicros, short),
  ];
}

export function workerSection({ ours, oursSingly, textbook, copy }: WorkerResult): string {
  const row = (name: string, measurement: Measurement): string[] => [
    name,
    ...rateCells(measurement, ours),
    short(measurement.redisMicros.median),
    short(measurement.postgresMicros.median),
  ];
  return `## Worker and Postgres

Events that wait in the queue until the last one is counted in all tables.

${table(
  ["", "events/s", "ours is", "CPU µs each", "Redis µs each", "Postgres µs each"],
  [
    row("textbook: one job, one transaction per event, ten at a time", textbook),
    row("Tallyman, jobs of 500 notifications (under load)", ours),
    row("Tallyman, jobs of one notification", oursSingly),
    row("COPY of the tracking rows alone", copy),
  ],
)}`;
}

export function endToEndSection({ ours, textbook, loaded }: EndToEndResult): string {
  return `## End to end

Load, ingest, Redis, worker and Postgres together on this machine.

${table(
  ["", "events/s", "ours is"],
  [
    ["textbook", spread(textbook), ratio(ours.median, textbook.median)],
    ["Tallyman", spread(ours), ""],
  ],
)}

At 80 % of the sustained rate (${whole(loaded.rate.median)} events/s, sent on time whatever the answers):

${table(
  ["milliseconds", "p50", "p99"],
  [
    [
      "until acknowledged",
      spread(loaded.acknowledgeP50Ms, short),
      spread(loaded.acknowledgeP99Ms, short),
    ],
    [
      "from acknowledged to visible in the tables",
      spread(loaded.visibleP50Ms, short),
      spread(loaded.visibleP99Ms, short),
    ],
  ],
)}`;
}

/** The sections of all stages that ran. */
export function stageSections({ acknowledge, worker, endToEnd }: Results): string[] {
  return [
    ...(acknowledge === undefined ? [] : [acknowledgeSection(acknowledge)]),
    ...(worker === undefined ? [] : [workerSection(worker)]),
    ...(endToEnd === undefined ? [] : [endToEndSection(endToEnd)]),
  ];
}
