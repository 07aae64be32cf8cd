import type { Tag } from "../answers.ts";
import { ask } from "../ask.ts";
import { age, more, repositoryLink, tagLink } from "../cells.ts";
import { select } from "../controls.ts";
import { addDays, utcToday } from "../days.ts";
import { empty, Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { table } from "../table.ts";

const SHOWN = 8;

/** What makes a tag ready for cleanup: days without a pull and without a push, or no pull ever. */
export const UNUSED = [
  { value: "30", text: "Unused for 30 days" },
  { value: "90", text: "Unused for 90 days" },
  { value: "180", text: "Unused for 180 days" },
  { value: "365", text: "Unused for a year" },
  { value: "never", text: "Never pulled" },
] as const;

/** The api's parameters for a choice of `UNUSED`. */
export function unusedQuery(choice: string): Readonly<Record<string, string>> {
  if (choice === "never") return { never_pulled: "true" };
  const since = addDays(utcToday(), -Number(choice));
  return { not_pulled_since: since, not_pushed_since: since };
}

/** Tags that nobody pulls. */
export function cleanup(): Part {
  const choiceOf = (place: Place) => {
    const chosen = UNUSED.find(({ value }) => value === place.get("unused"));
    return chosen ?? UNUSED[0];
  };
  return new Panel<{ readonly tags: readonly Tag[] }>({
    title: "Tags ready for cleanup",
    note: "Tags that are there and that nobody pulls or pushes, the longest unpulled first.",
    controls: [select({ label: "Ready for cleanup when", name: "unused", options: UNUSED })],
    key: (place) => [place.get("registry"), choiceOf(place).value],
    load: (place) =>
      ask("tags", {
        registry: place.get("registry"),
        ...unusedQuery(choiceOf(place).value),
        sort: "last_pulled_at",
        order: "asc",
        limit: SHOWN,
      }),
    show: ({ tags }, place) => {
      const { value, text } = choiceOf(place);
      if (tags.length === 0) return empty("No such tag: everything there is in use.");
      return [
        table<Tag>({
          caption: text,
          columns: [
            {
              title: "Tag",
              cell: (row) => [repositoryLink(place, row), ":", tagLink(place, row)],
            },
            { title: "Last pull", cell: (row) => age(row.last_pulled_at) },
            { title: "Last push", cell: (row) => age(row.last_pushed_at), wideOnly: true },
          ],
          rows: tags,
        }),
        more(place.to("tags", { unused: value }), "All of them, to download as CSV"),
      ];
    },
  });
}
