import { ask } from "../ask.ts";
import { fact } from "../cells.ts";
import { element, type Child } from "../element.ts";
import { ago, instant, number, type Count } from "../format.ts";
import { link } from "../navigation.ts";
import { Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { poll } from "../polling.ts";

/** Milliseconds between two looks. */
const INTERVAL = 5_000;

/** Older than this, what a worker told of the queue is no news: no worker runs. */
const STALE_MS = 60_000;

interface Pipeline {
  readonly registries: readonly { readonly registry: string; readonly last_received_at: string }[];
  /** Null when no worker ever told. */
  readonly queue: {
    readonly waiting: Count;
    readonly active: Count;
    readonly failed: Count;
    readonly oldest_waiting_seconds: number | null;
    readonly told_at: string;
  } | null;
}

/** How far the numbers are behind the registries. */
export function pipeline(): Part {
  const panel = new Panel<Pipeline>({
    title: "Lag",
    class: "quarter",
    note: "From the registry to these numbers.",
    key: (place) => place.get("registry"),
    load: () => ask("pipeline"),
    show,
  });
  let current: Place | undefined;
  return {
    node: panel.node,
    update: (place) => {
      const isFirst = current === undefined;
      current = place;
      panel.update(place);
      if (isFirst) poll(panel.node, INTERVAL, async () => panel.refresh(current ?? place));
    },
  };
}

function show({ registries, queue }: Pipeline, place: Place): Child {
  const now = Date.now();
  const chosen = place.get("registry");
  const shown = registries.filter(({ registry }) => chosen === undefined || registry === chosen);
  return element(
    "dl",
    { class: "facts" },
    shown.map(({ registry, last_received_at }) =>
      fact(
        `Last receipt, ${registry}`,
        link(
          place.to("events", { at: registry }),
          { title: `${instant(last_received_at)} UTC` },
          ago(last_received_at, now),
        ),
      ),
    ),
    queue === null
      ? fact("Queue", element("strong", { class: "bad" }, "no worker has told of it yet"))
      : [
          fact("Jobs waiting", number(queue.waiting)),
          fact("Jobs in work", number(queue.active)),
          fact("Jobs given up", number(queue.failed)),
          fact(
            "Oldest waiting",
            queue.oldest_waiting_seconds === null
              ? "none waits"
              : `${number(Math.round(queue.oldest_waiting_seconds))} s`,
          ),
          fact("Told by a worker", toldBy(queue.told_at, now)),
        ],
  );
}

function toldBy(told_at: string, now: number): Child {
  const text = ago(told_at, now);
  if (now - Date.parse(told_at) < STALE_MS) return text;
  return element("strong", { class: "bad" }, `${text}: is a worker running?`);
}
