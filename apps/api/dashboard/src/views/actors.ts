import type { Query } from "../ask.ts";
import { segment } from "../ask.ts";
import { actorLink, age } from "../cells.ts";
import { search, select } from "../controls.ts";
import { element } from "../element.ts";
import { chips, registryOf } from "../event-filter.ts";
import { number, type Count } from "../format.ts";
import { link } from "../navigation.ts";
import { pagedList } from "../paged-list.ts";
import type { Place } from "../place.ts";
import type { Column } from "../table.ts";
import { viewOf, type View } from "./view.ts";

interface Actor {
  /** Absent in the list of one repository. */
  readonly registry?: string;
  readonly actor_name: string;
  readonly actor_type?: string | null;
  readonly repositories?: Count;
  readonly pushes: Count;
  readonly pulls: Count;
  readonly last_seen_at: string;
}

const SORTS = [
  { value: "pulls", text: "Most pulls" },
  { value: "pushes", text: "Most pushes" },
  { value: "last_seen_at", text: "Last seen" },
  { value: "actor_name", text: "Name" },
] as const;

/** Who pulls and pushes, everywhere or in one repository. */
export function actors(): View {
  const list = pagedList<Actor>({
    title: "People and their robots",
    note: "Since counting began. Names as the registry knows them; anonymous events are not here.",
    path: (place) =>
      isOfRepository(place)
        ? `repositories/${segment(place.get("at") ?? "")}/${segment(place.get("repository") ?? "")}/actors`
        : "actors",
    rows: "actors",
    query,
    columns,
    controls: [
      search({ label: "Part of the name", name: "search" }),
      select({ label: "Order", name: "sort", options: SORTS }),
    ],
    none: "Nobody is like this.",
    file: "tallyman-people",
  });
  return viewOf([chips(), list], {
    title: () => "People",
    uses: { registry: true, period: false },
  });
}

function isOfRepository(place: Place): boolean {
  return place.get("at") !== undefined && place.get("repository") !== undefined;
}

function query(place: Place): Query {
  const sort = SORTS.find(({ value }) => value === place.get("sort")) ?? SORTS[0];
  const registry = isOfRepository(place) ? undefined : registryOf(place);
  return { registry, search: place.get("search"), sort: sort.value };
}

function columns(place: Place): Column<Actor>[] {
  const registry = (row: Actor): string => row.registry ?? place.get("at") ?? "";
  const repository = place.get("repository");
  const counted = (row: Actor, counts_as: string, count: Count) =>
    link(
      place.to("events", {
        at: registry(row),
        repository,
        actor: row.actor_name,
        counts_as,
        time: "all",
      }),
      {},
      number(count),
    );
  return [
    {
      title: "Name",
      cell: (row) => [
        actorLink(place, registry(row), row.actor_name),
        " ",
        element("span", { class: "muted" }, row.actor_type ?? registry(row)),
      ],
    },
    { title: "Pulls", numeric: true, cell: (row) => counted(row, "pulls", row.pulls) },
    { title: "Pushes", numeric: true, cell: (row) => counted(row, "pushes", row.pushes) },
    ...(repository === undefined
      ? [
          {
            title: "Repositories",
            numeric: true,
            cell: (row: Actor) =>
              link(
                place.to("actor", { at: registry(row), actor: row.actor_name }),
                {},
                number(row.repositories ?? 0),
              ),
          },
        ]
      : []),
    { title: "Last seen", cell: (row) => age(row.last_seen_at) },
  ];
}
