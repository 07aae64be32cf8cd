import {
  readNotification,
  toTrackingEvent,
  type Notification,
  type TrackingEvent,
} from "@tallyman/events";

const COLUMNS = [
  ["event_id", "eventId"],
  ["registry", "registry"],
  ["occurred_at", "occurredAt"],
  ["received_at", "receivedAt"],
  ["timestamp_source", "timestampSource"],
  ["operation", "operation"],
  ["target_kind", "targetKind"],
  ["action", "action"],
  ["created_repository", "createdRepository"],
  ["repository", "repository"],
  ["tag", "tag"],
  ["digest", "digest"],
  ["media_type", "mediaType"],
  ["size_bytes", "sizeBytes"],
  ["actor_name", "actorName"],
  ["actor_type", "actorType"],
  ["user_id", "userId"],
  ["user_agent", "userAgent"],
  ["request_id", "requestId"],
  ["source_instance", "sourceInstance"],
] as const satisfies readonly (readonly [string, keyof TrackingEvent])[];

export const COPY_STATEMENT = `copy tracking_events (${COLUMNS.map(([column]) => column).join(", ")}) from stdin`;

/** The tracking rows of some notifications, in the text format of COPY. Nobody creates, every user is number 1. */
export function copyText(notifications: readonly Notification[]): Buffer {
  const lines: string[] = [];
  for (const reading of notifications.flatMap(readNotification)) {
    if (reading.kind !== "event") throw new Error("an event that cannot be read");
    const event = toTrackingEvent(reading, false, reading.actorName === null ? null : 1);
    lines.push(COLUMNS.map(([, field]) => escape(event[field])).join("\t"));
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

function escape(value: TrackingEvent[(typeof COLUMNS)[number][1]]): string {
  if (value === null) return "\\N";
  return String(value).replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? "");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
