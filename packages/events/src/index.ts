export { ACTIONS, actionOf, closesRepository, registersRepository, type Action } from "./action.ts";
export { isUser, usernameOf } from "./actor.ts";
export {
  ACTOR_NAME_MODES,
  actorNames,
  MIN_ACTOR_NAMES_KEY_LENGTH,
  PLAIN_NAMES,
  type ActorNameMode,
  type ActorNames,
} from "./actor-names.ts";
export { countEvents, openEnvelope, type Envelope } from "./envelope.ts";
export { eventKey, isContentId } from "./event-key.ts";
export { textOf } from "./event-origin.ts";
export { GITLAB_ACTIONS, METRICS, metricsOf, type Metric } from "./metric.ts";
export { IDENTIFIER_LIMITS } from "./limits.ts";
export { getOrAdd, keyOf, sortedByKey } from "./keyed.ts";
export type { Notification } from "./notification.ts";
export { OPERATIONS, type Operation } from "./operation.ts";
export { PERIODS, dayOf, periodStart, type Period } from "./periods.ts";
export { inParts, readInParts } from "./read-in-parts.ts";
export { readingsOf, readNotification, type Reading } from "./read-notification.ts";
export type { RegistryEvent } from "./registry-event.ts";
export { reject, REJECTION_REASONS, type Rejection, type RejectionReason } from "./rejection.ts";
export { cleanText, isLongerThan, isStorable } from "./text.ts";
export { TARGET_KINDS, type TargetKind } from "./target-kind.ts";
export {
  tally,
  type ActorDelta,
  type DailyDelta,
  type MonthlyDelta,
  type RepositoryDelta,
  type Tally,
  type TagDelta,
} from "./tally.ts";
export { toTrackingEvent, type TrackingEvent } from "./tracking-event.ts";
