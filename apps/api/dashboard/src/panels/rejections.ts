import { ask } from "../ask.ts";
import { age, more } from "../cells.ts";
import { utcToday } from "../days.ts";
import { element } from "../element.ts";
import { number, type Count } from "../format.ts";
import { link } from "../navigation.ts";
import { empty, Panel, type Part } from "../panel.ts";
import { table } from "../table.ts";

interface Reason {
  readonly registry: string;
  readonly reason: string;
  readonly events: Count;
  readonly last_received_at: string;
}

/** Events that could not be counted, by reason. */
export function rejections(): Part {
  return new Panel<{ readonly reasons: readonly Reason[] }>({
    title: "Rejected, by reason",
    class: "quarter",
    note: "Kept whole, and can be replayed with tallyman rejected replay.",
    key: (place) => [place.get("registry"), place.window(utcToday())],
    load: (place) =>
      ask("rejected-events/reasons", {
        registry: place.get("registry"),
        ...place.window(utcToday()),
      }),
    show: ({ reasons }, place) => {
      if (reasons.length === 0) return empty("Nothing was rejected in this period.");
      return [
        table<Reason>({
          caption: "Rejected events by reason",
          columns: [
            {
              title: "Reason",
              cell: ({ registry, reason }) => [
                link(place.to("rejected", { at: registry, reason }), { class: "name" }, reason),
                place.get("registry") === undefined
                  ? element("span", { class: "muted" }, ` ${registry}`)
                  : null,
              ],
            },
            {
              title: "Events",
              numeric: true,
              cell: ({ registry, reason, events }) =>
                link(place.to("rejected", { at: registry, reason }), {}, number(events)),
            },
            { title: "Last", cell: (row) => age(row.last_received_at) },
          ],
          rows: reasons,
        }),
        more(place.to("rejected"), "All rejected events"),
      ];
    },
  });
}
