import {
  cleanText,
  reject,
  textOf,
  type ActorNames,
  type Reading,
  type Rejection,
} from "@tallyman/events";
import type pg from "pg";

/**
 * Records readings one part after the other in one transaction, so that a reading which the database refuses costs only
 * itself: a part that fails is undone and halved until the guilty reading is alone, which is then set aside.
 *
 * This is the way for a batch that has failed as a whole. Its parts take their locks one after the other, so it may
 * deadlock with other workers; then the whole batch is tried again.
 *
 * @param names what becomes of the names in the text of a refused event
 * @param record records a part within the transaction
 * @returns the outcomes of the parts
 * @throws what is no fault of a single reading
 */
export function recordIsolating<Outcome>(
  client: pg.ClientBase,
  readings: readonly Reading[],
  names: ActorNames,
  record: (part: readonly Reading[]) => Promise<Outcome>,
): Promise<Outcome[]> {
  return isolating(client, readings, record, (refused, error) => {
    if (refused.kind === "rejected") throw error;
    return record([names.applyTo(setAside(refused, error))]);
  });
}

/**
 * The same for items of any kind.
 *
 * @param alone takes care of an item that the database refuses
 */
export async function isolating<Item, Outcome>(
  client: pg.ClientBase,
  items: readonly Item[],
  record: (part: readonly Item[]) => Promise<Outcome>,
  alone: (refused: Item, error: pg.DatabaseError) => Promise<Outcome>,
): Promise<Outcome[]> {
  await client.query("savepoint part");
  try {
    const outcome = await record(items);
    await client.query("release savepoint part");
    return [outcome];
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await client.query("rollback to savepoint part; release savepoint part");
    const [only] = items;
    if (only === undefined) throw error;
    if (items.length === 1) return [await alone(only, error)];
    const middle = Math.ceil(items.length / 2);
    return [
      ...(await isolating(client, items.slice(0, middle), record, alone)),
      ...(await isolating(client, items.slice(middle), record, alone)),
    ];
  }
}

/** Classes of SQLSTATE that blame the data: data exception, integrity violation, program limit exceeded. */
const REFUSALS = new Set(["22", "23", "54"]);

/** Whether the database refused what it was given, so that the same again would be refused again. */
export function isRefusal(error: unknown): error is pg.DatabaseError {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && code.length === 5 && REFUSALS.has(code.slice(0, 2));
}

/** Longest part of the database's message that is kept, in UTF-16 units. */
const DETAIL_LENGTH = 500;

/** What is wrong with an event that the database refused. */
export function refusalFault(error: pg.DatabaseError): Pick<Rejection, "reason" | "detail"> {
  const message = cleanText(error.message, DETAIL_LENGTH);
  return {
    reason: "refused_by_database",
    detail: `The database refused it (${error.code}): ${message}`,
  };
}

function setAside(event: Extract<Reading, { kind: "event" }>, error: pg.DatabaseError): Rejection {
  return reject(event, refusalFault(error), event.eventId, textOf(event.origin));
}
