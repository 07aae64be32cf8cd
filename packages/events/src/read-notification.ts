import { openEnvelope, type Envelope } from "./envelope.ts";
import { hashKey } from "./event-key.ts";
import { compactJson, elementTexts } from "./json-text.ts";
import type { Notification } from "./notification.ts";
import { readRegistryEvent, usableId, type RegistryEvent } from "./registry-event.ts";
import type { Fault, Rejection } from "./rejection.ts";
import { cleanText } from "./text.ts";
import { fromIsoMillis } from "./timestamp.ts";

/** What became of one received event. */
export type Reading = RegistryEvent | Rejection;

/**
 * Reads everything that one notification holds: exactly one reading per received event, in the sender's order. Bad
 * content never throws; it becomes a rejection.
 */
export function readNotification(notification: Notification): Reading[] {
  const { registry, body } = notification;
  const receivedAt = fromIsoMillis(notification.receivedAt);
  const envelope = openBody(body);
  const reject = (fault: Fault, id: string | null, payload: string): Rejection => ({
    kind: "rejected",
    key: hashKey("rejected", registry, id === null ? `content:${payload}` : `id:${id}`),
    registry,
    receivedAt,
    eventId: id,
    payload,
    ...fault,
  });
  const read = (event: unknown, text: () => string): Reading => {
    const result = readRegistryEvent(event, text, registry, receivedAt);
    return "kind" in result ? result : reject(result, usableId(event), text());
  };

  switch (envelope.kind) {
    case "unreadable":
      return [reject(envelope.fault, null, cleanText(compactJson(body), Infinity))];
    case "bare":
      return [read(envelope.event, () => compactJson(body))];
    case "events": {
      let texts: readonly string[] | undefined;
      const textOf = (index: number) => (texts ??= elementTexts(body, "events"))[index] ?? "null";
      return envelope.events.map((event, index) => read(event, () => textOf(index)));
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
