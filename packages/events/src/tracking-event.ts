import { actionOf, type Action } from "./action.ts";
import type { RegistryEvent } from "./registry-event.ts";

/** A classified, deduplicated fact: one row of `tracking_events`. */
export interface TrackingEvent extends RegistryEvent {
  readonly action: Action;
  readonly createdRepository: boolean;
  /** `users.id`; null when the actor is nobody that counts. */
  readonly userId: number | null;
}

/** Completes an event with what the database told about it. */
export function toTrackingEvent(
  event: RegistryEvent,
  createdRepository: boolean,
  userId: number | null,
): TrackingEvent {
  return { ...event, action: actionOf(event, createdRepository), createdRepository, userId };
}
