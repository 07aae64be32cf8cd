import type { Tag } from "../answers.ts";
import type { Query } from "../ask.ts";
import { age, repositoryLink, tagLink } from "../cells.ts";
import { search, select } from "../controls.ts";
import { element } from "../element.ts";
import { chips, registryOf } from "../event-filter.ts";
import { number, type Count } from "../format.ts";
import { link } from "../navigation.ts";
import { pagedList } from "../paged-list.ts";
import { UNUSED, unusedQuery } from "../panels/cleanup.ts";
import type { Place } from "../place.ts";
import type { Column } from "../table.ts";
import { viewOf, type View } from "./view.ts";

const USES = [{ value: "", text: "All tags" }, ...UNUSED];

const SORTS = [
  { value: "repository", text: "By repository" },
  { value: "last_pulled_at", text: "Longest unpulled" },
  { value: "pulls", text: "Most pulls" },
] as const;

export function tags(): View {
  const list = pagedList<Tag>({
    title: "Tags",
    note: "Tags that are there. Deleting is the registry’s own business; the CSV names what is ready for it.",
    path: () => "tags",
    rows: "tags",
    query,
    columns,
    controls: [
      search({ label: "Part of the tag", name: "search" }),
      select({ label: "Use", name: "unused", options: USES }),
      select({ label: "Order", name: "sort", options: SORTS }),
    ],
    none: "No tag is like this.",
    file: "tallyman-tags",
  });
  return viewOf([chips(), list], { title: () => "Tags", uses: { registry: true, period: false } });
}

function query(place: Place): Query {
  const unused = UNUSED.find(({ value }) => value === place.get("unused"));
  const sort = SORTS.find(({ value }) => value === place.get("sort")) ?? SORTS[0];
  return {
    registry: registryOf(place),
    repository: place.get("repository"),
    search: place.get("search"),
    ...(unused === undefined ? {} : unusedQuery(unused.value)),
    sort: sort.value,
    order: sort.value === "last_pulled_at" ? "asc" : undefined,
  };
}

function columns(place: Place): Column<Tag>[] {
  const counted = ({ registry, repository, tag }: Tag, counts_as: string, count: Count) =>
    link(
      place.to("events", { at: registry, repository, tag, counts_as, time: "all" }),
      {},
      number(count),
    );
  return [
    {
      title: "Tag",
      cell: (row) => [
        repositoryLink(place, row),
        ":",
        tagLink(place, row),
        row.deleted_at === null ? null : element("span", { class: "badge bad" }, "deleted"),
      ],
    },
    { title: "Pulls", numeric: true, cell: (row) => counted(row, "pulls", row.pulls) },
    { title: "Pushes", numeric: true, cell: (row) => counted(row, "pushes", row.pushes) },
    { title: "Last pull", cell: (row) => age(row.last_pulled_at) },
    { title: "Last push", cell: (row) => age(row.last_pushed_at) },
    {
      title: "Digest",
      wideOnly: true,
      cell: (row) =>
        row.digest === null
          ? null
          : element("span", { class: "digest clip", title: row.digest }, row.digest),
    },
  ];
}
