import type pg from "pg";
import { sumActorDays } from "../actor-days/sum-actor-days.ts";
import { expiredParts, horizonOf, type ExpiredPart } from "./expired-parts.ts";
import { countForgettableKeys, forgetEventKeys } from "./forget-event-keys.ts";
import { countExpiredRejected, removeRejectedEvents } from "./remove-rejected-events.ts";
import { removeTrackingRows } from "./remove-tracking-rows.ts";

/** What is kept for how long, in days. What is left out is kept for ever. */
export interface RetentionRules {
  /** Tracking rows, by occurred_at; whole months only, so that some are kept for up to a month longer. */
  readonly trackingDays?: number | undefined;
  /** Rejected events, from when they were replayed or discarded. Open ones stay. */
  readonly rejectedDays?: number | undefined;
  /** Keys of events whose tracking rows are removed, from their receipt. */
  readonly keyDays?: number | undefined;
}

export interface RetentionOptions {
  /** Only tells what would be removed. */
  readonly dryRun: boolean;
  /** Hears which part is removed next. */
  readonly onPart?: (part: ExpiredPart, index: number, total: number) => void;
}

/** What was, or would be, removed. */
export interface Retention {
  /** The first day whose tracking rows are all kept; null when there is no rule for them. */
  readonly horizon: string | null;
  readonly parts: readonly ExpiredPart[];
  readonly rejectedEvents: number;
  readonly eventKeys: number;
}

/**
 * Removes what is older than it has to be kept. Numbers stay: days, weeks and months before the horizon are left as they
 * are, and what removed rows told of totals over all time is remembered, so that `verifyRollups` still proves those.
 *
 * Each part has a transaction of its own. What was interrupted can be given again.
 */
export async function applyRetention(
  client: pg.ClientBase,
  { trackingDays, rejectedDays, keyDays }: RetentionRules,
  { dryRun, onPart }: RetentionOptions,
): Promise<Retention> {
  const horizon = trackingDays === undefined ? null : await horizonOf(client, trackingDays);
  const expired = horizon === null ? [] : await expiredParts(client, horizon);
  // What actors did is kept in sums. Workers make them some days later than retention may come.
  if (!dryRun && horizon !== null && expired.length > 0) await sumActorDays(client, horizon);
  const parts: ExpiredPart[] = [];
  for (const [index, part] of expired.entries()) {
    onPart?.(part, index, expired.length);
    const rows =
      dryRun || horizon === null ? part.rows : await removeTrackingRows(client, part, horizon);
    parts.push({ ...part, rows });
  }
  const rejected = dryRun ? countExpiredRejected : removeRejectedEvents;
  const keys = dryRun ? countForgettableKeys : forgetEventKeys;
  return {
    horizon,
    parts,
    rejectedEvents: rejectedDays === undefined ? 0 : await rejected(client, rejectedDays),
    eventKeys: keyDays === undefined ? 0 : await keys(client, keyDays, horizon),
  };
}
