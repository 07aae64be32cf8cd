import type { Repository } from "../answers.ts";
import { ask } from "../ask.ts";
import { more, repositoryLink, time } from "../cells.ts";
import { segments } from "../controls.ts";
import { utcToday } from "../days.ts";
import { empty, Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { table } from "../table.ts";

const CHANGES = ["created", "deleted"] as const;

const SHOWN = 8;

/** Repositories that were created or deleted in the period. */
export function changedRepositories(): Part {
  const changeOf = (place: Place) => place.choice("change", CHANGES);
  return new Panel<{ readonly repositories: readonly Repository[] }>({
    title: "New and deleted repositories",
    note: (place) => `Those ${changeOf(place)} in the period, the latest first.`,
    controls: [
      segments({
        label: "New or deleted repositories",
        name: "change",
        options: [
          { value: "created", text: "New" },
          { value: "deleted", text: "Deleted" },
        ],
      }),
    ],
    key: (place) => [place.get("registry"), place.window(utcToday()), changeOf(place)],
    load: (place) => {
      const { from, to } = place.window(utcToday());
      const change = changeOf(place);
      return ask("repositories", {
        registry: place.get("registry"),
        [`${change}_from`]: from,
        [`${change}_to`]: to,
        sort: `${change}_at`,
        limit: SHOWN,
      });
    },
    show: ({ repositories }, place) => {
      const change = changeOf(place);
      if (repositories.length === 0) return empty(`No repository was ${change} in this period.`);
      return [
        table<Repository>({
          caption: `Repositories ${change} in the period`,
          columns: [
            { title: "Repository", cell: (row) => repositoryLink(place, row) },
            { title: `${change} (UTC)`, cell: (row) => time(row[`${change}_at`]) },
          ],
          rows: repositories,
        }),
        more(place.to("repositories", { change }), `All ${change} in the period`),
      ];
    },
  });
}
