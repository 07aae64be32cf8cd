import { hash } from "node:crypto";

/**
 * A key of 128 bits (32 hex digits) of SHA-256 over its parts. Keys of a fixed size keep the table of everything ever
 * seen small: at a trillion events the chance that any two meet is below one in 10^14.
 *
 * @param purpose keeps the keys of different purposes apart
 */
export function hashKey(
  purpose: "event" | "rejected" | "content",
  registry: string,
  text: string,
): string {
  // Neither a purpose nor a registry label can hold a newline, so the parts cannot run into each other.
  return hash("sha256", `${purpose}\n${registry}\n${text}`, "hex").slice(0, 32);
}

/** What recognises a tracked event for ever. */
export function eventKey(registry: string, eventId: string): string {
  return hashKey("event", registry, eventId);
}

const CONTENT = "content:";

/** The id of an event whose sender gave it none, made of its text as it was sent. */
export function contentId(registry: string, text: string): string {
  return `${CONTENT}${hashKey("content", registry, text)}`;
}

/** Whether an id was made by `contentId`. */
export function isContentId(eventId: string): boolean {
  return eventId.startsWith(CONTENT);
}
