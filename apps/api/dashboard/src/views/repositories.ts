import type { Repository } from "../answers.ts";
import { age, repositoryLink, time } from "../cells.ts";
import { search, select } from "../controls.ts";
import { utcToday } from "../days.ts";
import { element } from "../element.ts";
import { bytes, number, type Count } from "../format.ts";
import { link } from "../navigation.ts";
import { pagedList } from "../paged-list.ts";
import type { Place } from "../place.ts";
import type { Query } from "../ask.ts";
import type { Column } from "../table.ts";
import { viewOf, type View } from "./view.ts";

/** How the list can be ordered; the first is the default. */
export const SORTS = [
  { value: "pulls", text: "Most pulls" },
  { value: "pushes", text: "Most pushes" },
  { value: "last_pulled_at", text: "Last pulled" },
  { value: "last_pushed_at", text: "Last pushed" },
  { value: "bytes_pulled", text: "Bytes pulled" },
  { value: "bytes_pushed", text: "Bytes pushed" },
  { value: "repository", text: "Name" },
] as const;

const CHANGES = [
  { value: "", text: "All repositories" },
  { value: "created", text: "Created in the period" },
  { value: "deleted", text: "Deleted in the period" },
] as const;

export function repositories(): View {
  const list = pagedList<Repository>({
    title: "Repositories",
    note: "Pulls and pushes since counting began. Manifests count, layers do not.",
    path: () => "repositories",
    rows: "repositories",
    query,
    columns,
    controls: [
      search({ label: "Part of the name", name: "search" }),
      select({ label: "Which repositories", name: "change", options: CHANGES }),
      select({ label: "Order", name: "sort", options: SORTS }),
    ],
    none: "No repository is like this.",
    file: "tallyman-repositories",
  });
  return viewOf([list], {
    title: () => "Repositories",
    uses: { registry: true, period: true },
  });
}

function query(place: Place): Query {
  const change = CHANGES.find(({ value }) => value !== "" && value === place.get("change"))?.value;
  const { from, to } = place.window(utcToday());
  const sort = SORTS.find(({ value }) => value === place.get("sort")) ?? SORTS[0];
  return {
    registry: place.get("registry"),
    search: place.get("search"),
    sort: sort.value,
    ...(change === undefined ? {} : { [`${change}_from`]: from, [`${change}_to`]: to }),
  };
}

function columns(place: Place): Column<Repository>[] {
  const counted = ({ registry, repository }: Repository, counts_as: string, count: Count) =>
    link(
      place.to("events", { at: registry, repository, counts_as, time: "all" }),
      {},
      number(count),
    );
  return [
    {
      title: "Repository",
      cell: (row) => [
        repositoryLink(place, row),
        row.deleted_at === null
          ? null
          : element("span", { class: "badge bad" }, "deleted ", time(row.deleted_at)),
      ],
    },
    { title: "Pulls", numeric: true, cell: (row) => counted(row, "pulls", row.pulls) },
    { title: "Pushes", numeric: true, cell: (row) => counted(row, "pushes", row.pushes) },
    { title: "Last pull", cell: (row) => age(row.last_pulled_at) },
    { title: "Last push", cell: (row) => age(row.last_pushed_at) },
    { title: "Bytes pulled", numeric: true, cell: (row) => bytes(row.bytes_pulled) },
    { title: "Bytes pushed", numeric: true, cell: (row) => bytes(row.bytes_pushed) },
    {
      title: "Created (UTC)",
      wideOnly: true,
      cell: (row) => time(row.created_at, "before Tallyman"),
    },
  ];
}
