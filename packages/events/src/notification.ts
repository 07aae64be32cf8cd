/**
 * One accepted POST: what ingest puts into the queue and the worker reads back.
 * The body is kept as the sender wrote it, so nothing is lost before the worker has judged it.
 */
export interface Notification {
  /** Label of the registry whose secret authenticated the request. */
  readonly registry: string;
  /** Ingest's clock when the request was read: ISO 8601 in UTC with milliseconds. */
  readonly receivedAt: string;
  /** The request's body: a JSON object as text (bytes that are no UTF-8 are already U+FFFD). */
  readonly body: string;
}
