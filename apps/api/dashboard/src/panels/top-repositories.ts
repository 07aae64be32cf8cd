import type { Repository } from "../answers.ts";
import { ask } from "../ask.ts";
import { meter, more, repositoryLink } from "../cells.ts";
import { segments } from "../controls.ts";
import { number, type Count } from "../format.ts";
import { link } from "../navigation.ts";
import { nothingCounted } from "../nothing-counted.ts";
import { Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { table } from "../table.ts";

const SORTS = ["pulls", "pushes"] as const;

const SHOWN = 8;

/** The repositories that are pulled or pushed most, since counting began. */
export function topRepositories(): Part {
  const sortOf = (place: Place) => place.choice("top", SORTS);
  return new Panel<{ readonly repositories: readonly Repository[] }>({
    title: "Top repositories",
    note: "Since counting began. Manifests count, layers do not.",
    controls: [
      segments({
        label: "Top repositories by",
        name: "top",
        options: SORTS.map((value) => ({ value, text: `By ${value}` })),
      }),
    ],
    key: (place) => [place.get("registry"), sortOf(place)],
    load: (place) =>
      ask("repositories", {
        registry: place.get("registry"),
        sort: sortOf(place),
        limit: SHOWN,
      }),
    show: ({ repositories }, place) => {
      if (repositories.length === 0) return nothingCounted(place);
      const most = Math.max(...repositories.map((row) => Number(row[sortOf(place)])), 1);
      const events = ({ registry, repository }: Repository, counts_as: string, count: Count) =>
        link(
          place.to("events", { at: registry, repository, counts_as, time: "all" }),
          {},
          number(count),
        );
      return [
        table<Repository>({
          caption: `Repositories with the most ${sortOf(place)}`,
          columns: [
            {
              title: "Repository",
              cell: (row) => [repositoryLink(place, row), meter(row[sortOf(place)], most)],
            },
            {
              title: "Pulls",
              numeric: true,
              cell: (row) => events(row, "pulls", row.pulls),
            },
            {
              title: "Pushes",
              numeric: true,
              cell: (row) => events(row, "pushes", row.pushes),
            },
          ],
          rows: repositories,
        }),
        more(place.to("repositories", { sort: sortOf(place) }), "All repositories"),
      ];
    },
  });
}
