import { ask, segment } from "../ask.ts";
import { age, repositoryLink } from "../cells.ts";
import { utcToday } from "../days.ts";
import { number, type Count } from "../format.ts";
import { link } from "../navigation.ts";
import { dailyActivity } from "../panels/daily-activity.ts";
import { empty, Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { table } from "../table.ts";
import { eventList } from "./events.ts";
import { viewOf, type View } from "./view.ts";

interface ActorActivity {
  readonly repositories: readonly TouchedRepository[];
}

interface TouchedRepository {
  readonly repository: string;
  readonly events: Count;
  readonly pushes: Count;
  readonly pulls: Count;
  readonly last_seen_at: string;
}

/** One person: days, repositories, events. */
export function actor(): View {
  return viewOf([dailyActivity(pathOf, subjectOf), repositories(), eventList("Events")], {
    title: (place) => place.get("actor") ?? "Person",
    uses: { registry: false, period: true },
    class: "subject",
  });
}

const pathOf = (place: Place): string =>
  `actors/${segment(place.get("at") ?? "")}/${segment(place.get("actor") ?? "")}/activity`;

const subjectOf = (place: Place) => ({
  at: place.get("at") ?? "",
  actor: place.get("actor") ?? "",
});

function repositories(): Part {
  return new Panel<ActorActivity>({
    title: "Repositories",
    class: "full",
    note: "What this name did in the period.",
    key: (place) => [pathOf(place), place.window(utcToday())],
    load: (place) => ask(pathOf(place), { ...place.window(utcToday()) }),
    show: (answer, place) => {
      if (answer.repositories.length === 0) return empty("Nothing in this period.");
      const registry = place.get("at") ?? "";
      const { from, to } = place.window(utcToday());
      const counted = (row: TouchedRepository, count: Count, counts_as?: string) =>
        link(
          place.to("events", {
            at: registry,
            repository: row.repository,
            actor: place.get("actor"),
            counts_as,
            since: from,
            until: to,
          }),
          {},
          number(count),
        );
      return table<TouchedRepository>({
        caption: "Repositories that this person touched",
        cards: true,
        columns: [
          { title: "Repository", cell: (row) => repositoryLink(place, { registry, ...row }) },
          { title: "Events", numeric: true, cell: (row) => counted(row, row.events) },
          { title: "Pulls", numeric: true, cell: (row) => counted(row, row.pulls, "pulls") },
          { title: "Pushes", numeric: true, cell: (row) => counted(row, row.pushes, "pushes") },
          { title: "Last", cell: (row) => age(row.last_seen_at) },
        ],
        rows: answer.repositories,
      });
    },
  });
}
