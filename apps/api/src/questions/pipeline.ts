import { z } from "zod";
import { defineRoute } from "../route.ts";
import { COUNT, INSTANT, LATER_INSTANT, REGISTRY_LABEL } from "../schemas.ts";
import { instant, withCounts } from "../sql-text.ts";

const QUEUE = `
select waiting, active, delayed, failed, ${instant("oldest_waiting_since")} as oldest_waiting_since,
  extract(epoch from greatest(told_at - oldest_waiting_since, interval '0'))::float8 as oldest_waiting_seconds,
  ${instant("told_at")} as told_at
from pipeline_queue`;

const RECEIPTS = `
select registry, ${instant("last_received_at")} as last_received_at, ${instant("last_counted_at")} as last_counted_at
from pipeline_receipts
order by registry`;

const QUEUE_STATE = z.strictObject({
  waiting: COUNT.describe("jobs that wait for a worker; each holds one notification or many"),
  active: COUNT.describe("jobs that workers have"),
  delayed: COUNT.describe("jobs that wait for their next attempt"),
  failed: COUNT.describe("jobs that were given up and will be put back"),
  oldest_waiting_since: LATER_INSTANT.describe(
    "when the oldest waiting job was stored; null when none waits",
  ),
  oldest_waiting_seconds: z
    .number()
    .min(0)
    .nullable()
    .meta({ examples: [0.4] })
    .describe("its age when the worker looked; null when none waits"),
  told_at: INSTANT.describe("when the worker looked; long ago means that no worker runs"),
});

const RECEIPT = z.strictObject({
  registry: REGISTRY_LABEL,
  last_received_at: INSTANT.describe("receipt of the latest notification that is counted"),
  last_counted_at: INSTANT.describe("when a worker told so"),
});

const COUNTS = ["waiting", "active", "delayed", "failed"] as const;

type QueueRecord = Omit<z.infer<typeof QUEUE_STATE>, (typeof COUNTS)[number]> &
  Record<(typeof COUNTS)[number], string>;

export const pipeline = defineRoute({
  path: "/api/v1/pipeline",
  question: "How far behind are the numbers: what waits in the queue, and what came last?",
  description: "As the workers tell it every few seconds. As CSV: the registries.",
  parameters: z.object({}),
  response: z.strictObject({
    queue: QUEUE_STATE.nullable().describe("null until a worker has looked"),
    registries: z.array(RECEIPT),
  }),
  table: { row: RECEIPT, rowsOf: (answer) => answer.registries },
  answer: async (_parameters, { database }) => {
    const [[queue], registries] = await Promise.all([
      database.query<QueueRecord>(QUEUE),
      database.query<z.infer<typeof RECEIPT>>(RECEIPTS),
    ]);
    return { queue: queue === undefined ? null : withCounts(queue, COUNTS), registries };
  },
});
