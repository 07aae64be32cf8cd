import { ask, type Query } from "../ask.ts";
import { time } from "../cells.ts";
import { select } from "../controls.ts";
import { element, type Child } from "../element.ts";
import { chips, registryOf, windowNote, windowOf } from "../event-filter.ts";
import { pagedList } from "../paged-list.ts";
import type { Column } from "../table.ts";
import type { Place } from "../place.ts";
import { viewOf, type View } from "./view.ts";

interface RejectedEvent {
  readonly id: number | string;
  readonly registry: string;
  readonly received_at: string;
  readonly reason: string;
  readonly detail: string;
  readonly event_id: string | null;
  readonly replayed_at: string | null;
  readonly discarded_at: string | null;
}

const STATES = [
  { value: "", text: "All" },
  { value: "rejected", text: "Not counted" },
  { value: "waiting", text: "Waiting for somebody" },
  { value: "replayed", text: "Replayed" },
  { value: "discarded", text: "Discarded" },
] as const;

/** What could not be counted, whole. */
export function rejected(): View {
  const list = pagedList<RejectedEvent>({
    title: "Rejected events",
    note: (place) => `Newest first, by receipt; ${windowNote(place)}.`,
    path: () => "rejected-events",
    rows: "rejected_events",
    query,
    columns,
    controls: [select({ label: "State", name: "state", options: STATES })],
    none: "Nothing was rejected.",
    file: "tallyman-rejected-events",
  });
  return viewOf([chips(), list], {
    title: () => "Rejected events",
    uses: { registry: true, period: true },
  });
}

function query(place: Place): Query {
  return {
    registry: registryOf(place),
    reason: place.get("reason"),
    state: place.get("state"),
    ...windowOf(place),
  };
}

function columns(): Column<RejectedEvent>[] {
  return [
    { title: "Received (UTC)", cell: (row) => time(row.received_at) },
    { title: "Registry", cell: (row) => row.registry },
    { title: "Reason", cell: (row) => element("span", { class: "name" }, row.reason) },
    { title: "Why", cell: (row) => row.detail },
    { title: "State", cell: stateOf },
    { title: "Event", cell: payload },
  ];
}

function stateOf({ replayed_at, discarded_at }: RejectedEvent): Child {
  if (replayed_at !== null) return ["replayed ", time(replayed_at)];
  if (discarded_at !== null) return ["discarded ", time(discarded_at)];
  return "waiting";
}

/** The event as the registry sent it, fetched when somebody wants to see it. */
function payload({ id }: RejectedEvent): Child {
  const text = element("pre", { tabindex: 0, "aria-label": "Event as received" }, "Loading");
  const details = element(
    "details",
    { class: "payload" },
    element("summary", {}, `Show ${String(id)}`),
    text,
  );
  const load = async (): Promise<void> => {
    try {
      const answer = await ask<{ payload: string }>(`rejected-events/${String(id)}`);
      text.textContent = answer.payload;
    } catch (error) {
      text.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  details.addEventListener("toggle", () => details.open && void load(), { once: true });
  return details;
}
