import { asObject, isAbsent } from "./text.ts";
import type { Fault } from "./rejection.ts";

/** What a request's JSON object holds: events, or something that counts as one rejected event. */
export type Envelope =
  | { readonly kind: "events"; readonly events: readonly unknown[] }
  | { readonly kind: "bare"; readonly event: unknown }
  | { readonly kind: "unreadable"; readonly fault: Fault };

/**
 * Opens an envelope of any known shape: `{"events": […]}` of distribution 2.x and 3.x and GitLab's registry, or a bare
 * event as the 2015 beta sent it. `{}` and an absent or empty list are legal and hold nothing.
 */
export function openEnvelope(body: unknown): Envelope {
  const fields = asObject(body);
  if (fields === undefined) {
    return {
      kind: "unreadable",
      fault: { reason: "not_an_object", detail: "The body is not a JSON object." },
    };
  }
  if (Object.hasOwn(fields, "events")) {
    const events = fields["events"];
    if (Array.isArray(events)) return { kind: "events", events };
    if (isAbsent(events)) return { kind: "events", events: [] };
    return {
      kind: "unreadable",
      fault: {
        reason: "events_not_a_list",
        detail: `"events" must be a list of events; it is ${typeof events === "object" ? "an object" : `a ${typeof events}`}.`,
      },
    };
  }
  if (Object.keys(fields).length === 0) return { kind: "events", events: [] };
  if (Object.hasOwn(fields, "action") && Object.hasOwn(fields, "target")) {
    return { kind: "bare", event: fields };
  }
  return {
    kind: "unreadable",
    fault: {
      reason: "unknown_shape",
      detail:
        'The body is neither an envelope ({"events": […]}) nor an event with "action" and "target".',
    },
  };
}

/** How many events an envelope counts as in the ledger. */
export function countEvents(envelope: Envelope): number {
  return envelope.kind === "events" ? envelope.events.length : 1;
}
