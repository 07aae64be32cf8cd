import { ACTIONS, OPERATIONS } from "@tallyman/events";
import { z } from "zod";
import { Conditions } from "../conditions.ts";
import { cursorOf, pageOf } from "../cursor.ts";
import { LIMIT, oneOf, REGISTRY, TEXT } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { INSTANT, NEXT_CURSOR } from "../schemas.ts";
import { MOMENT_FROM, MOMENT_TO, momentsOf } from "../window.ts";
import { addFigureConditions, addReceiptConditions, BEHIND_FIGURES } from "./behind-figures.ts";
import { EVENT_COLUMNS, EVENT_ROW, toEventRow, type EventRecord } from "./event-rows.ts";
import { partsOf, whereEventsLie } from "./where-events-lie.ts";

const DEFAULT_DAYS = 28;

const POSITION = z.tuple([INSTANT, TEXT, TEXT]);

const PARAMETERS = z.object({
  registry: REGISTRY,
  repository: TEXT.optional().describe("path of a repository; without it, all of them"),
  tag: TEXT.optional().describe("only events that named this tag"),
  actor: TEXT.optional().describe("name of who did it, in any case"),
  action: oneOf(ACTIONS)
    .optional()
    .describe(`what the event counts as: ${ACTIONS.join(", ")}`),
  operation: oneOf(OPERATIONS)
    .optional()
    .describe(`what was done: ${OPERATIONS.join(", ")}`),
  ...BEHIND_FIGURES,
  from: MOMENT_FROM.describe(
    `first UTC day, or a time with its offset; without it, ${DEFAULT_DAYS} days before to`,
  ),
  to: MOMENT_TO,
  limit: LIMIT,
  cursor: cursorOf(POSITION),
});

export type AskedEvents = z.infer<typeof PARAMETERS>;

export const events = defineRoute({
  path: "/api/v1/events",
  question: "What happened, event by event, newest first?",
  description:
    "Rows of tracking_events by their time, newest first. The numbers of other answers are sums of these rows.",
  example: "/api/v1/events?action=push_tag",
  parameters: PARAMETERS,
  response: z.strictObject({ events: z.array(EVENT_ROW), next_cursor: NEXT_CURSOR }),
  table: { row: EVENT_ROW, rowsOf: (answer) => answer.events },
  answer: async (asked, { database, today }) => {
    const { limit, cursor } = asked;
    const { from, to } = momentsOf(asked, { today: today(), days: DEFAULT_DAYS });
    const where = new Conditions();
    const first = `${where.value(from)}::timestamptz`;
    const end = `${where.value(to)}::timestamptz`;
    where.add(`e.occurred_at >= ${first}`);
    where.add(`e.occurred_at < ${end}`);
    where.where(asked.registry, (value) => `e.registry = ${value}`);
    where.where(asked.repository, (value) => `e.repository = ${value}`);
    where.where(asked.tag, (value) => `e.tag = ${value}`);
    where.where(asked.actor, (value) => `lower(e.actor_name) = lower(${value})`);
    where.where(asked.action, (value) => `e.action = ${value}`);
    where.where(asked.operation, (value) => `e.operation = ${value}`);
    addFigureConditions(asked, where);
    if (cursor !== undefined) {
      const [time, registry, id] = cursor.map((text) => where.value(text));
      const before = `${time}::timestamptz`;
      // The first condition says nothing new; it is the one that leaves partitions and pages out.
      where.add(`e.occurred_at <= ${before}`);
      where.add(`(e.occurred_at, e.registry, e.event_id) < (${before}, ${registry}, ${id})`);
    }
    const span = { from, to: cursor?.[0] ?? to };
    const kind = await whereEventsLie(asked, span, limit + 1, database);
    // Within a day, events received on one are met soon. Postgres, to which the two times are strangers, would expect few
    // of them, and read and sort them all by the summary of receipts.
    const receivedAt = kind === "days" ? "(e.received_at + interval '0')" : "e.received_at";
    addReceiptConditions(asked, where, receivedAt);
    const rowsLimit = where.value(limit + 1);
    // Few rows are sorted. In their own order, by an index, they would be looked for among all there are.
    const time = kind === "sorted" ? "e.occurred_at + interval '0'" : "e.occurred_at";
    const matching = (more: string) => `select ${EVENT_COLUMNS}, e.occurred_at as at
  from tracking_events e
  where ${where.text}${more}
  order by ${time} desc, e.registry desc, e.event_id desc
  limit ${rowsLimit}`;
    // Parts come newest first, and no part is looked at when those before it have filled the page.
    const statement =
      kind === undefined || kind === "sorted"
        ? matching("")
        : `select found.*
from (
  ${partsOf(kind, asked, span, where)}
) parts cross join lateral (
  ${matching(`${kind === "days" ? "" : "\n  and e.repository = parts.repository"}
  and e.occurred_at >= parts.day::timestamp at time zone 'UTC'
  and e.occurred_at < (parts.day + 1)::timestamp at time zone 'UTC'`)}
) found
order by parts.day desc, at desc, registry desc, event_id desc
limit ${rowsLimit}`;
    const rows = await database.query<EventRecord & { at: unknown }>(statement, where.values);
    const { page, next_cursor } = pageOf(rows, limit, (row) => [
      row.occurred_at,
      row.registry,
      row.event_id,
    ]);
    return { events: page.map(({ at: _at, ...row }) => toEventRow(row)), next_cursor };
  },
});
