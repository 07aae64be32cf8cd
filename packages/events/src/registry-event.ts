import { actorTypeOf } from "./actor.ts";
import { contentId, eventKey } from "./event-key.ts";
import { textOf, type EventOrigin } from "./event-origin.ts";
import { DESCRIPTION_LIMITS, IDENTIFIER_LIMITS } from "./limits.ts";
import { operationOf, type Operation } from "./operation.ts";
import type { Fault, IdentifyingField } from "./rejection.ts";
import { targetKindOf, type TargetKind } from "./target-kind.ts";
import {
  asObject,
  cleanText,
  describingText,
  isAbsent,
  isLongerThan,
  isStorable,
  type Fields,
} from "./text.ts";
import { occurredAt } from "./timestamp.ts";

/** One event as the sender told it, read and checked; everything about it except what only the database knows. */
export interface RegistryEvent {
  readonly kind: "event";
  /** Recognises the event for ever: 32 hex digits made of the registry and the event's id. */
  readonly key: string;
  readonly eventId: string;
  readonly registry: string;
  /** `YYYY-MM-DDTHH:MM:SS.ffffffZ`, as `receivedAt`. */
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly timestampSource: "event" | "received";
  readonly operation: Operation;
  readonly targetKind: TargetKind;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly mediaType: string | null;
  /** Bytes. */
  readonly sizeBytes: number | null;
  /** The actor's name as it was spelled; null for an anonymous one. */
  readonly actorName: string | null;
  readonly actorType: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  readonly sourceInstance: string | null;
  /** Where the event's own text is, should it be needed. */
  readonly origin: EventOrigin;
}

const NO_FIELDS: Fields = Object.freeze({});

/** Collects the identifying fields of one event, or the first fault among them. */
class IdentifyingFields {
  fault: Fault | undefined;

  read(field: IdentifyingField, limit: number, value: unknown): string | null {
    if (isAbsent(value)) return null;
    const fault = faultOf(field, limit, value);
    if (fault === undefined) return value as string;
    this.fault ??= fault;
    return null;
  }
}

function faultOf(field: IdentifyingField, limit: number, value: unknown): Fault | undefined {
  if (typeof value !== "string") {
    return {
      reason: `${field}_not_text`,
      detail: `The ${field} must be text; it is ${kindName(value)}.`,
    };
  }
  if (!isStorable(value)) {
    return {
      reason: `${field}_unstorable`,
      detail: `The ${field} has a NUL character or an unpaired surrogate, which the database cannot hold.`,
    };
  }
  if (isLongerThan(value, limit)) {
    return {
      reason: `${field}_too_long`,
      detail: `The ${field} has more than ${limit} characters.`,
    };
  }
  return undefined;
}

function kindName(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A usable id of an event that may be unusable otherwise: what recognises a rejected event. */
export function usableId(event: unknown): string | null {
  const fields = asObject(event) ?? NO_FIELDS;
  return new IdentifyingFields().read("id", IDENTIFIER_LIMITS.id, idOf(fields));
}

/** The 2015 beta calls an event's id `uuid`. */
function idOf(fields: Fields): unknown {
  return isAbsent(fields["id"]) ? fields["uuid"] : fields["id"];
}

/**
 * Reads one event of any known dialect (distribution 2.x and 3.x, GitLab's registry, the 2015 beta).
 *
 * @param event the parsed JSON value
 * @param origin where its text is, which recognises an event that has no id
 * @param receivedAt time of receipt, 27-character form
 */
export function readRegistryEvent(
  event: unknown,
  origin: EventOrigin,
  registry: string,
  receivedAt: string,
): RegistryEvent | Fault {
  const fields = asObject(event);
  if (fields === undefined) {
    return {
      reason: "not_an_object",
      detail: `An event must be an object; this is ${event === null ? "null" : kindName(event)}.`,
    };
  }
  const request = asObject(fields["request"]) ?? NO_FIELDS;
  const operation = readOperation(fields["action"], request["method"]);
  if (typeof operation === "object") return operation;

  const target = asObject(fields["target"]);
  if (target === undefined) {
    return { reason: "target_missing", detail: "The event has no target object." };
  }
  const actor = asObject(fields["actor"]) ?? NO_FIELDS;
  const identifying = new IdentifyingFields();
  const id = identifying.read("id", IDENTIFIER_LIMITS.id, idOf(fields));
  const repository = identifying.read(
    "repository",
    IDENTIFIER_LIMITS.repository,
    isAbsent(target["repository"]) ? target["name"] : target["repository"],
  );
  const tag = identifying.read("tag", IDENTIFIER_LIMITS.tag, target["tag"]);
  const digest = identifying.read("digest", IDENTIFIER_LIMITS.digest, target["digest"]);
  const actorName = identifying.read("actor_name", IDENTIFIER_LIMITS.actorName, actor["name"]);
  if (identifying.fault !== undefined) return identifying.fault;
  if (repository === null) {
    return { reason: "repository_missing", detail: "The event's target names no repository." };
  }

  const mediaType = describingText(target["mediaType"], DESCRIPTION_LIMITS.mediaType);
  const source = asObject(fields["source"]) ?? NO_FIELDS;
  const eventId = id ?? contentId(registry, textOf(origin));
  return {
    kind: "event",
    key: eventKey(registry, eventId),
    eventId,
    registry,
    ...occurredAt(fields["timestamp"], receivedAt),
    receivedAt,
    operation,
    targetKind: targetKindOf({ tag, digest, mediaType, url: target["url"], type: target["type"] }),
    repository,
    tag,
    digest,
    mediaType,
    sizeBytes: sizeOf(operation, target),
    actorName,
    actorType: actorTypeOf(actor["user_type"]),
    userAgent: describingText(request["useragent"], DESCRIPTION_LIMITS.userAgent),
    requestId: describingText(request["id"], DESCRIPTION_LIMITS.requestId),
    sourceInstance: describingText(source["instanceID"], DESCRIPTION_LIMITS.sourceInstance),
    origin,
  };
}

function readOperation(action: unknown, method: unknown): Operation | Fault {
  if (isAbsent(action)) {
    return { reason: "action_missing", detail: "The event names no action." };
  }
  if (typeof action !== "string") {
    return {
      reason: "action_not_text",
      detail: `The action must be text; it is ${kindName(action)}.`,
    };
  }
  return (
    operationOf(action, method) ?? {
      reason: "action_unknown",
      detail: `This version does not know the action "${cleanText(action, 100)}".`,
    }
  );
}

/** The size in bytes; `length` is its name before distribution 2.1. A delete's 0 is 3.x saying that it has none. */
function sizeOf(operation: Operation, target: Fields): number | null {
  const size = isAbsent(target["size"]) ? target["length"] : target["size"];
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return null;
  return size === 0 && operation === "delete" ? null : size;
}
