import type { ActorNames, Reading } from "@tallyman/events";
import type { KeptEvent } from "./rejected-events.ts";
import type { UserDirectory } from "./users-of-batch.ts";

/** How rejected events are replayed. */
export interface ReplayPolicy {
  /** How people are treated; as the workers have it. */
  readonly directory: UserDirectory;
  readonly names: ActorNames;
  /** Waits for events that somebody else is at, instead of passing them over. */
  readonly wait: boolean;
}

/** What became of one rejected event that somebody wanted to be replayed. */
export interface Replayed {
  readonly id: number;
  readonly outcome:
    | "replayed"
    | "still_rejected"
    | "already_replayed"
    | "discarded"
    /** Somebody else is replaying or discarding it at this moment. */
    | "busy"
    | "missing";
  /** How many events it held that are counted now, were counted already, or were rejected anew. */
  readonly tracked: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Why it is rejected, as of today. */
  readonly reason?: string;
  readonly detail?: string;
}

/** A rejected event and what it reads as today. */
export interface Reread {
  readonly event: KeptEvent;
  readonly readings: readonly Reading[];
}

/** An event that stays rejected, as today's reader puts it. */
export function asRejectedNow({ event, readings }: Reread): KeptEvent {
  const [reading] = readings;
  if (reading?.kind !== "rejected") return event;
  const { reason, detail, eventId, payload } = reading;
  return { ...event, reason, detail, eventId, payload };
}

/** Whether a rejected event is no event, still, for the reader of this version. */
export function isRejectedStill(readings: readonly Reading[]): boolean {
  return readings.length === 1 && readings[0]?.kind === "rejected";
}

/** Why an event is not rejected any more; undefined when it is open. */
export function closedOutcome(event: KeptEvent): "already_replayed" | "discarded" | undefined {
  if (event.replayedAt !== null) return "already_replayed";
  return event.discardedAt === null ? undefined : "discarded";
}

/** An event about which nothing was counted. */
export function unchanged(id: number, outcome: Replayed["outcome"]): Replayed {
  return { id, outcome, tracked: 0, duplicates: 0, rejected: 0 };
}
