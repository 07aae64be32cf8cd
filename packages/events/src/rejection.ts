import { hashKey } from "./event-key.ts";
import { withoutClientData } from "./redact-payload.ts";

const IDENTIFYING_FIELDS = ["id", "repository", "tag", "digest", "actor_name"] as const;

export type IdentifyingField = (typeof IDENTIFYING_FIELDS)[number];

const OF_A_FIELD = ["not_text", "unstorable", "too_long"] as const;

const OF_THE_WHOLE = [
  "not_json",
  "not_an_object",
  "unknown_shape",
  "events_not_a_list",
  "action_missing",
  "action_not_text",
  "action_unknown",
  "target_missing",
  "repository_missing",
  "refused_by_database",
] as const;

/** Why an event cannot be counted. The words are stable: they stand in `rejected_events.reason`. */
export type RejectionReason =
  | (typeof OF_THE_WHOLE)[number]
  | `${IdentifyingField}_${(typeof OF_A_FIELD)[number]}`;

export const REJECTION_REASONS: readonly RejectionReason[] = [
  ...OF_THE_WHOLE,
  ...IDENTIFYING_FIELDS.flatMap((field) => OF_A_FIELD.map((fault) => `${field}_${fault}` as const)),
];

/** What is wrong with an event: a word for programs and a sentence for people. */
export interface Fault {
  readonly reason: RejectionReason;
  readonly detail: string;
}

/** An event that is set aside, to be read, replayed or discarded by a person. */
export interface Rejection extends Fault {
  readonly kind: "rejected";
  /** Recognises the same rejected event when it is delivered again; never equal to a tracked event's key. */
  readonly key: string;
  readonly registry: string;
  /** Time of receipt, 27-character form. */
  readonly receivedAt: string;
  /** The sender's id when it is usable text, otherwise one made of the event's content; null for a whole body. */
  readonly eventId: string | null;
  /** The event's JSON text, without white space between its tokens and without addresses of clients. */
  readonly payload: string;
}

/** Where an event came from and when. */
export interface Receipt {
  readonly registry: string;
  readonly receivedAt: string;
}

/**
 * Sets an event aside. It is recognised by its id, or by its content when it has none that is usable.
 *
 * @param text the event's text as it was sent; what recognises it is made of this, not of what is kept
 */
export function reject(
  { registry, receivedAt }: Receipt,
  { reason, detail }: Fault,
  eventId: string | null,
  text: string,
): Rejection {
  const recognisedBy = eventId === null ? `content:${text}` : `id:${eventId}`;
  const key = hashKey("rejected", registry, recognisedBy);
  const payload = reason === "not_json" ? text : withoutClientData(text);
  return { kind: "rejected", key, registry, receivedAt, eventId, payload, reason, detail };
}
