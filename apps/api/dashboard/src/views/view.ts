import { element } from "../element.ts";
import type { Part } from "../panel.ts";
import type { Place } from "../place.ts";

/** One of the dashboard's pages. */
export interface View extends Part {
  /** The page's heading, and the window's title. */
  readonly title: (place: Place) => string;
  /** Whether what it shows depends on the registry and on the period that are chosen at the top. */
  readonly uses: { readonly registry: boolean; readonly period: boolean };
}

/** A view of several parts below each other or in a grid. */
export function viewOf(
  parts: readonly Part[],
  options: {
    readonly title: View["title"];
    readonly uses: View["uses"];
    readonly class?: string;
  },
): View {
  return {
    title: options.title,
    uses: options.uses,
    node: element(
      "div",
      { class: options.class ?? "stack" },
      parts.map((part) => part.node),
    ),
    update: (place) => {
      for (const part of parts) part.update(place);
    },
    refresh: (place) => {
      for (const part of parts) part.refresh?.(place);
    },
  };
}
