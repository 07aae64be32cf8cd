import type { Repository, Tag } from "../answers.ts";
import { ask, segment } from "../ask.ts";
import { actorLink, age, fact, more, tagLink, time } from "../cells.ts";
import { element, type Child } from "../element.ts";
import { bytes, number, type Count } from "../format.ts";
import { link } from "../navigation.ts";
import { dailyActivity } from "../panels/daily-activity.ts";
import { empty, Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { table } from "../table.ts";
import { eventList } from "./events.ts";
import { viewOf, type View } from "./view.ts";

const SHOWN = 10;

interface Actor {
  readonly actor_name: string;
  readonly actor_type: string | null;
  readonly pushes: Count;
  readonly pulls: Count;
  readonly last_seen_at: string;
}

/** One repository: what is known of it, its days, its tags, its people and its events. */
export function repository(): View {
  return viewOf(
    [
      statistics(),
      dailyActivity((place) => `${pathOf(place)}/daily`, subjectOf),
      tags(),
      actors(),
      eventList("Events"),
    ],
    {
      title: (place) => place.get("repository") ?? "Repository",
      uses: { registry: false, period: true },
      class: "subject",
    },
  );
}

const pathOf = (place: Place): string =>
  `repositories/${segment(place.get("at") ?? "")}/${segment(place.get("repository") ?? "")}`;

const subjectOf = (place: Place) => ({
  at: place.get("at") ?? "",
  repository: place.get("repository") ?? "",
});

function statistics(): Part {
  return new Panel<Repository>({
    title: "Since counting began",
    class: "full",
    key: pathOf,
    load: (place) => ask(pathOf(place)),
    show: (row, place) => {
      return element("dl", { class: "facts across" }, [
        fact("Registry", row.registry),
        fact("Pulls", counted(place, { counts_as: "pulls" }, row.pulls)),
        fact("Pushes", counted(place, { counts_as: "pushes" }, row.pushes)),
        fact("Bytes pulled", bytes(row.bytes_pulled)),
        fact("Bytes pushed", bytes(row.bytes_pushed)),
        fact("Last pull", age(row.last_pulled_at)),
        fact("Last push", age(row.last_pushed_at)),
        fact("Created (UTC)", time(row.created_at, "before Tallyman")),
        row.deleted_at === null ? null : fact("Deleted (UTC)", time(row.deleted_at)),
      ]);
    },
  });
}

/** A number of this repository since counting began, and its events. */
function counted(place: Place, choices: Readonly<Record<string, string>>, count: Count): Child {
  const events = place.to("events", { ...subjectOf(place), ...choices, time: "all" });
  return link(events, { class: "figure" }, number(count));
}

function tags(): Part {
  return new Panel<{ readonly tags: readonly Tag[] }>({
    title: "Tags",
    note: "The ones pulled most.",
    key: pathOf,
    load: (place) => ask(`${pathOf(place)}/tags`, { sort: "pulls", limit: SHOWN }),
    show: (answer, place) => {
      if (answer.tags.length === 0) return empty("No tag of it was pushed or pulled.");
      return [
        table<Tag>({
          caption: "Tags by pulls",
          columns: [
            { title: "Tag", cell: (row) => tagLink(place, row) },
            {
              title: "Pulls",
              numeric: true,
              cell: (row) => counted(place, { tag: row.tag, counts_as: "pulls" }, row.pulls),
            },
            { title: "Last pull", cell: (row) => age(row.last_pulled_at) },
            { title: "Last push", cell: (row) => age(row.last_pushed_at), wideOnly: true },
          ],
          rows: answer.tags,
        }),
        more(place.to("tags", subjectOf(place)), "All its tags"),
      ];
    },
  });
}

function actors(): Part {
  return new Panel<{ readonly actors: readonly Actor[] }>({
    title: "People",
    note: "Who pulled most. Anonymous events are not here.",
    key: pathOf,
    load: (place) => ask(`${pathOf(place)}/actors`, { sort: "pulls", limit: SHOWN }),
    show: (answer, place) => {
      if (answer.actors.length === 0) return empty("Nobody with a name did anything here.");
      return [
        table<Actor>({
          caption: "People by pulls",
          columns: [
            {
              title: "Person",
              cell: (row) => [
                actorLink(place, place.get("at") ?? "", row.actor_name),
                row.actor_type === null
                  ? null
                  : element("span", { class: "muted" }, ` ${row.actor_type}`),
              ],
            },
            {
              title: "Pulls",
              numeric: true,
              cell: ({ actor_name: actor, pulls }) =>
                counted(place, { actor, counts_as: "pulls" }, pulls),
            },
            {
              title: "Pushes",
              numeric: true,
              cell: ({ actor_name: actor, pushes }) =>
                counted(place, { actor, counts_as: "pushes" }, pushes),
            },
            { title: "Last seen", cell: (row) => age(row.last_seen_at) },
          ],
          rows: answer.actors,
        }),
        more(place.to("actors", subjectOf(place)), "All its people"),
      ];
    },
  });
}
