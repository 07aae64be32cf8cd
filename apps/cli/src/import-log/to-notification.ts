import type { Notification } from "@tallyman/events";

const WRAPPED = /^\{\s*"receivedAt"\s*:/;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * A document of a log as a notification. One that begins with its time of receipt, `{"receivedAt": …, "body": …}`, has
 * the envelope or event in its body, as text or as it is; any other is the envelope or event itself.
 *
 * @param receivedAt time of receipt of what does not tell its own, as `Notification` has it
 */
export function toNotification(text: string, registry: string, receivedAt: string): Notification {
  return {
    registry,
    ...((WRAPPED.test(text) ? unwrap(text) : undefined) ?? { receivedAt, body: text }),
  };
}

function unwrap(text: string): { receivedAt: string; body: string } | undefined {
  try {
    const { receivedAt, body } = JSON.parse(text) as Record<string, unknown>;
    if (typeof receivedAt !== "string" || !ISO_TIME.test(receivedAt)) return undefined;
    const time = new Date(receivedAt);
    if (Number.isNaN(time.getTime()) || body === undefined) return undefined;
    return {
      receivedAt: time.toISOString(),
      body: typeof body === "string" ? body : JSON.stringify(body),
    };
  } catch {
    return undefined;
  }
}
