import {
  countEvents,
  eventKey,
  isContentId,
  openEnvelope,
  readingsOf,
  type Reading,
} from "@tallyman/events";

/** What reading a rejected event again needs to know. */
export interface RejectedPayload {
  readonly registry: string;
  /** ISO 8601 in UTC with milliseconds. */
  readonly receivedAt: string;
  readonly reason: string;
  readonly eventId: string | null;
  readonly payload: string;
}

/** With these reasons the payload is a whole body; with every other it is one event. */
const BODY_REASONS: ReadonlySet<string> = new Set([
  "not_json",
  "unknown_shape",
  "events_not_a_list",
]);

/**
 * Reads a rejected event with the reader of this version, as if it had just been received then: once more into a
 * rejection, into an event or, when this version can open a body that an older one could not, into any number of them.
 */
export function* rereadRejected(rejected: RejectedPayload): Generator<Reading, void> {
  const { registry, receivedAt, eventId, payload } = rejected;
  // Somebody may have mended the payload by hand, or tried to: only what is JSON can be put into an envelope.
  const isEvent = !isBody(rejected) && parse(payload) !== undefined;
  const body = isEvent ? `{"events":[${payload}]}` : payload;
  for (const reading of readingsOf({ registry, receivedAt, body })) {
    yield isEvent && eventId !== null ? recognisedBy(eventId, reading) : reading;
  }
}

/** How many readings that makes. */
export function countReadings(rejected: RejectedPayload): number {
  const body = isBody(rejected) ? parse(rejected.payload) : undefined;
  return body === undefined ? 1 : countEvents(openEnvelope(body.value));
}

function isBody({ reason }: RejectedPayload): boolean {
  return BODY_REASONS.has(reason);
}

/** The payload is not quite what was sent (no client addresses), so an id made of its content would be another one. */
function recognisedBy(eventId: string, reading: Reading): Reading {
  if (reading.eventId === null || !isContentId(reading.eventId)) return reading;
  return reading.kind === "event"
    ? { ...reading, eventId, key: eventKey(reading.registry, eventId) }
    : { ...reading, eventId };
}

/** @returns undefined when it is not JSON */
function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
