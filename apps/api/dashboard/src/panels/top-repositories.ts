import { ask } from "../ask.ts";
import { meter, more, repositoryLink } from "../cells.ts";
import { segments } from "../controls.ts";
import { utcToday } from "../days.ts";
import { number, type Count } from "../format.ts";
import { link } from "../navigation.ts";
import { nothingCounted } from "../nothing-counted.ts";
import { Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { table } from "../table.ts";

const SORTS = ["pulls", "pushes"] as const;

const SHOWN = 8;

interface Repository {
  readonly registry: string;
  readonly repository: string;
  readonly pulls: Count;
  readonly pushes: Count;
}

/** The repositories that were pulled or pushed most in the period. */
export function topRepositories(): Part {
  const sortOf = (place: Place) => place.choice("top", SORTS);
  return new Panel<{ readonly repositories: readonly Repository[] }>({
    title: "Top repositories",
    note: "In the period. Manifests count, layers do not.",
    controls: [
      segments({
        label: "Top repositories by",
        name: "top",
        options: SORTS.map((value) => ({ value, text: `By ${value}` })),
      }),
    ],
    key: (place) => [place.get("registry"), place.window(utcToday()), sortOf(place)],
    load: (place) =>
      ask("top-repositories", {
        registry: place.get("registry"),
        by: sortOf(place),
        ...place.window(utcToday()),
        limit: SHOWN,
      }),
    show: ({ repositories }, place) => {
      if (repositories.length === 0) return nothingCounted(place);
      const { from, to } = place.window(utcToday());
      const most = Math.max(...repositories.map((row) => Number(row[sortOf(place)])), 1);
      const events = ({ registry, repository }: Repository, counts_as: string, count: Count) =>
        link(
          place.to("events", { at: registry, repository, counts_as, since: from, until: to }),
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
        more(
          place.to("repositories", { sort: sortOf(place) }),
          "All repositories since counting began",
        ),
      ];
    },
  });
}
