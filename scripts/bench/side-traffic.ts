import { REGISTRY } from "./app-process.ts";
import { eventId, WORKLOAD } from "./workload.ts";

/** A notification as the queue takes it, but for its time. */
export interface Sent {
  readonly registry: string;
  readonly body: string;
}

/** A second registry of which little is heard. */
const QUIET_REGISTRY = "edge";

/** Repositories of a pull request each, pushed once and deleted two days later; every fifth is of the quiet registry. */
const PREVIEWS = 30;

/** Events that they make: a push and a deletion. */
export const PREVIEW_EVENTS = 2 * PREVIEWS;

/** What all of their paths begin with. */
export const PREVIEW_PREFIX = "preview/";

const HOUR_MS = 3_600_000;

/** The event numbers of a run that belong to no event of the workload. */
const FIRST_NUMBER = 2 ** 40;

/** @param until Unix time in milliseconds; the events happened within the workload's days before */
export function previewPushes(run: string, until: number): Sent[] {
  return Array.from({ length: PREVIEWS }, (_, number) =>
    previewEvent(run, number, until - (WORKLOAD.days * 24 - 1 - (number % 20)) * HOUR_MS, {
      action: "push",
      target: {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: `sha256:${String(number).padStart(64, "0")}`,
        size: 1_500,
        length: 1_500,
        tag: "v1",
      },
    }),
  );
}

/** What closes them, to be counted after the pushes. */
export function previewDeletions(run: string, until: number): Sent[] {
  return Array.from({ length: PREVIEWS }, (_, number) =>
    previewEvent(run, number, until - (1 + (number % 20)) * HOUR_MS, { action: "delete" }),
  );
}

function previewEvent(
  run: string,
  number: number,
  at: number,
  { action, target }: { readonly action: "push" | "delete"; readonly target?: object },
): Sent {
  return toSent(number % 5 === 0 ? QUIET_REGISTRY : REGISTRY, {
    id: eventId(run, FIRST_NUMBER + number + (action === "push" ? 0 : PREVIEWS)),
    timestamp: new Date(at).toISOString(),
    action,
    target: { repository: `${PREVIEW_PREFIX}pr-${number}`, ...target },
    request: { method: action === "push" ? "PUT" : "DELETE" },
    actor: { name: `user-${number}` },
  });
}

/** Events that cannot be counted: so many of each kind. */
const UNCOUNTABLE: readonly (readonly [number, object])[] = [
  [120, { action: "replicate", target: { repository: "library/base-0" } }],
  [50, { action: "push", target: { tag: "v1" } }],
  [20, { action: "push", target: { repository: "library/base-1", tag: "t".repeat(129) } }],
  [8, { target: { repository: "library/base-2" } }],
  [2, { action: "pull" }],
];

export const REJECTED_EVENTS = UNCOUNTABLE.reduce((sum, [events]) => sum + events, 0);

/** One in ten is of the quiet registry. */
export function uncountableEvents(run: string): Sent[] {
  return UNCOUNTABLE.flatMap(([events, event], kind) =>
    Array.from({ length: events }, (_, number) =>
      toSent(number % 10 === 9 ? QUIET_REGISTRY : REGISTRY, {
        id: eventId(run, FIRST_NUMBER + 1_000 * (kind + 1) + number),
        actor: { name: `user-${number}` },
        ...event,
      }),
    ),
  );
}

function toSent(registry: string, event: object): Sent {
  return { registry, body: JSON.stringify({ events: [event] }, null, 3) };
}
