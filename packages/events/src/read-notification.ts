import { contentId } from "./event-key.ts";
import { openEnvelope, type Envelope } from "./envelope.ts";
import { BodyText, textOf, type EventOrigin } from "./event-origin.ts";
import { compactJson } from "./json-text.ts";
import type { Notification } from "./notification.ts";
import { readRegistryEvent, usableId, type RegistryEvent } from "./registry-event.ts";
import { reject, type Rejection } from "./rejection.ts";
import { cleanText } from "./text.ts";
import { fromIsoMillis } from "./timestamp.ts";

/** What became of one received event. */
export type Reading = RegistryEvent | Rejection;

/**
 * Reads everything that one notification holds: exactly one reading per received event, in the sender's order. Bad
 * content never throws; it becomes a rejection.
 */
export function readNotification(notification: Notification): Reading[] {
  return [...readingsOf(notification)];
}

/** The same, one by one: a body of eight megabytes can hold millions of events, whose readings take gigabytes. */
export function* readingsOf({
  registry,
  body,
  ...notification
}: Notification): Generator<Reading, void> {
  const receivedAt = fromIsoMillis(notification.receivedAt);
  const envelope = openBody(body);
  const receipt = { registry, receivedAt };
  const text = new BodyText(body);
  const read = (event: unknown, origin: EventOrigin): Reading => {
    const result = readRegistryEvent(event, origin, registry, receivedAt);
    if ("kind" in result) return result;
    const sent = textOf(origin);
    const rejection = reject(receipt, result, usableId(event), sent);
    return { ...rejection, eventId: rejection.eventId ?? contentId(registry, sent) };
  };

  switch (envelope.kind) {
    case "unreadable":
      yield reject(receipt, envelope.fault, null, cleanText(compactJson(body), Infinity));
      return;
    case "bare":
      yield read(envelope.event, { body: text, index: null });
      return;
    case "events":
      for (const [index, event] of envelope.events.entries()) {
        yield read(event, { body: text, index });
      }
  }
}

/** Ingest lets only JSON objects in; whatever else lies in the queue was put there by somebody else. */
function openBody(body: string): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    const detail = `The body is not JSON: ${cleanText((error as Error).message, 200)}`;
    return { kind: "unreadable", fault: { reason: "not_json", detail } };
  }
  return openEnvelope(value);
}
