import { ACTIONS } from "../actions.ts";
import type { TrackedEvent } from "../answers.ts";
import { actionMark, actorLink, repositoryLink, target, time } from "../cells.ts";
import { search, select } from "../controls.ts";
import { element } from "../element.ts";
import { chips, eventQuery, windowNote } from "../event-filter.ts";
import { bytes } from "../format.ts";
import { pagedList } from "../paged-list.ts";
import type { Part } from "../panel.ts";
import type { Place } from "../place.ts";
import type { Column } from "../table.ts";
import { viewOf, type View } from "./view.ts";

/** Every counted event that the filters leave. */
export function events(): View {
  return viewOf([chips(), eventList("Tracked events", filterControls())], {
    title: () => "Events",
    uses: { registry: true, period: true },
  });
}

/** A list of events, of whatever the place says. */
export function eventList(title: string, controls: readonly Part[] = []): Part {
  return pagedList<TrackedEvent>({
    title,
    note: (place) => `Newest first, by event time; ${windowNote(place)}.`,
    path: () => "events",
    rows: "events",
    query: eventQuery,
    columns: eventColumns,
    controls,
    none: "No event is like this.",
    file: "tallyman-events",
  });
}

function filterControls(): Part[] {
  return [
    search({ label: "Repository", name: "repository" }),
    search({ label: "Tag", name: "tag" }),
    search({ label: "Person", name: "actor" }),
    select({
      label: "Action",
      name: "action",
      options: [
        { value: "", text: "Every action" },
        ...ACTIONS.map((action) => ({ value: action, text: action })),
      ],
    }),
  ];
}

function eventColumns(place: Place): Column<TrackedEvent>[] {
  return [
    { title: "Time (UTC)", cell: (row) => time(row.occurred_at) },
    {
      title: "Action",
      cell: (row) => [
        actionMark(row.action),
        row.created_repository
          ? element("span", { class: "badge" }, "created the repository")
          : null,
      ],
    },
    { title: "Repository", cell: (row) => [repositoryLink(place, row), target(place, row)] },
    { title: "Person", cell: (row) => actorLink(place, row.registry, row.actor_name) },
    {
      title: "Size",
      numeric: true,
      wideOnly: true,
      cell: (row) => (row.size_bytes === null ? null : bytes(row.size_bytes)),
    },
    {
      title: "Client",
      wideOnly: true,
      cell: (row) =>
        row.user_agent === null
          ? null
          : element("span", { class: "clip", title: row.user_agent }, row.user_agent),
    },
  ];
}
