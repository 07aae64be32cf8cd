/** Name of the textbook pipeline's queue, in BullMQ's default key space. */
export const TEXTBOOK_QUEUE = "textbook";

/** One event as received. */
export interface TextbookJob {
  readonly registry: string;
  /** ISO 8601 in UTC with milliseconds. */
  readonly receivedAt: string;
  readonly event: unknown;
}
