import { z } from "zod";
import { Conditions } from "../conditions.ts";
import { cursorOf, pageOf } from "../cursor.ts";
import { NotFoundError } from "../errors.ts";
import { LIMIT, oneOf, REGISTRY, TEXT } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { COUNT, INSTANT, LATER_INSTANT, NEXT_CURSOR, REGISTRY_LABEL } from "../schemas.ts";
import { count, instant, withCounts } from "../sql-text.ts";
import { DATE, startOfDay } from "../window.ts";

const STATES = ["waiting", "replayed", "discarded"] as const;

/** SQL of a rejection's state. */
const STATE = `case when replayed_at is not null then 'replayed'
    when discarded_at is not null then 'discarded' else 'waiting' end`;

/** A number as Postgres keeps it: up to 2^63 - 1. */
const ID = z
  .string()
  .regex(/^[0-9]{1,18}$/, "must be the number of a rejection")
  .meta({ instead: { type: "integer", minimum: 1, examples: [17] } });

const FROM_RECEIPT = DATE.optional().describe("only what was received on this UTC day or later");
const TO_RECEIPT = DATE.optional().describe("only what was received before this UTC day");

const REASON = z
  .string()
  .meta({ examples: ["action_unknown"] })
  .describe("why, for programs");

const ROW = z.strictObject({
  id: COUNT.describe("number of the rejection, in order of arrival"),
  registry: REGISTRY_LABEL,
  received_at: INSTANT.describe("when ingest received it"),
  reason: REASON,
  detail: z
    .string()
    .meta({ examples: ['the action "sing" is unknown'] })
    .describe("why, for people"),
  event_id: z
    .string()
    .nullable()
    .meta({ examples: ["5f0c7d86-3b1e-4a52-9a55-0c6b1e2d3f4a"] })
    .describe("the sender's id of the event when it was usable"),
  state: z
    .enum(STATES)
    .describe("waiting: can be replayed; replayed: counted since; discarded: nobody wants it"),
  replayed_at: LATER_INSTANT,
  discarded_at: LATER_INSTANT,
});

const COLUMNS = `id, registry, ${instant("received_at")} as received_at, reason, detail, event_id,
  ${STATE} as state, ${instant("replayed_at")} as replayed_at, ${instant("discarded_at")} as discarded_at`;

type RejectedRecord = Omit<z.infer<typeof ROW>, "id"> & { readonly id: string };

export const rejectedEvents = defineRoute({
  path: "/api/v1/rejected-events",
  question: "Which events could not be counted, and why?",
  description: "Newest first. The command line replays and discards them.",
  parameters: z.object({
    registry: REGISTRY,
    reason: TEXT.optional().describe("only those with this reason"),
    state: oneOf([...STATES, "rejected"])
      .optional()
      .describe(
        `one of ${STATES.join(", ")}, or rejected: all but the replayed, which the ledger counts; without it, all`,
      ),
    from: FROM_RECEIPT,
    to: TO_RECEIPT,
    limit: LIMIT,
    cursor: cursorOf(z.tuple([z.string().regex(/^[0-9]{1,18}$/)])),
  }),
  response: z.strictObject({ rejected_events: z.array(ROW), next_cursor: NEXT_CURSOR }),
  table: { row: ROW, rowsOf: (answer) => answer.rejected_events },
  answer: async (asked, { database }) => {
    const { limit, cursor } = asked;
    const where = receivedWithin(asked);
    where.where(asked.reason, (reason) => `reason = ${reason}`);
    // As the index of those that wait has it.
    if (asked.state === "waiting") where.add("replayed_at is null and discarded_at is null");
    else if (asked.state === "rejected") where.add("replayed_at is null");
    else where.where(asked.state, (state) => `${STATE} = ${state}`);
    where.where(cursor?.[0], (id) => `id < ${id}::bigint`);
    const rows = await database.query<RejectedRecord>(
      `select ${COLUMNS} from rejected_events where ${where.text} order by id desc limit ${where.value(limit + 1)}`,
      where.values,
    );
    const { page, next_cursor } = pageOf(rows, limit, (row) => [row.id]);
    return { rejected_events: page.map((row) => ({ ...row, id: count(row.id) })), next_cursor };
  },
});

export const rejectedEvent = defineRoute({
  path: "/api/v1/rejected-events/{id}",
  question: "What did one event say that could not be counted?",
  parameters: z.object({ id: ID.describe("number of the rejection") }),
  response: z.strictObject({
    ...ROW.shape,
    payload: z
      .string()
      .meta({ examples: ['{"action":"sing"}'] })
      .describe("the event's JSON text as received; empty once it was discarded"),
  }),
  answer: async ({ id }, { database }) => {
    const [row] = await database.query<RejectedRecord & { payload: string }>(
      `select ${COLUMNS}, payload from rejected_events where id = $1::bigint`,
      [id],
    );
    if (row === undefined) {
      throw new NotFoundError(
        "No rejected event has this number. GET /api/v1/rejected-events lists those there are.",
      );
    }
    return { ...row, id: count(row.id) };
  },
});

const REASON_ROW = z.strictObject({
  registry: REGISTRY_LABEL,
  reason: REASON,
  events: COUNT.describe("how many there are; the sum of the next three"),
  waiting: COUNT.describe("of these, events that can be replayed"),
  replayed: COUNT.describe("of these, events that were counted since"),
  discarded: COUNT.describe("of these, events that nobody wants"),
  first_received_at: INSTANT,
  last_received_at: INSTANT,
});

const REASON_COUNTS = ["events", ...STATES] as const;

type ReasonRecord = Omit<z.infer<typeof REASON_ROW>, (typeof REASON_COUNTS)[number]> &
  Record<(typeof REASON_COUNTS)[number], string>;

export const rejectionReasons = defineRoute({
  path: "/api/v1/rejected-events/reasons",
  question: "Why could events not be counted, and how many are there of each reason?",
  description: "Most events first.",
  parameters: z.object({ registry: REGISTRY, from: FROM_RECEIPT, to: TO_RECEIPT }),
  response: z.strictObject({ reasons: z.array(REASON_ROW) }),
  table: { row: REASON_ROW, rowsOf: (answer) => answer.reasons },
  answer: async (asked, { database }) => {
    const where = receivedWithin(asked);
    const rows = await database.query<ReasonRecord>(
      `select registry, reason, count(*) as events,
  count(*) filter (where replayed_at is null and discarded_at is null) as waiting,
  count(*) filter (where replayed_at is not null) as replayed,
  count(*) filter (where replayed_at is null and discarded_at is not null) as discarded,
  ${instant("min(received_at)")} as first_received_at, ${instant("max(received_at)")} as last_received_at
from rejected_events
where ${where.text}
group by registry, reason
order by count(*) desc, registry, reason`,
      where.values,
    );
    return { reasons: rows.map((row) => withCounts(row, REASON_COUNTS)) };
  },
});

function receivedWithin(asked: {
  readonly registry?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): Conditions {
  const where = new Conditions();
  where.where(asked.registry, (name) => `registry = ${name}`);
  where.where(asked.from, (day) => `rejected_events.received_at >= ${startOfDay(day)}`);
  where.where(asked.to, (day) => `rejected_events.received_at < ${startOfDay(day)}`);
  return where;
}
