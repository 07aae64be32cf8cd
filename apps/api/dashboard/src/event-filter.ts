import { metricName } from "./actions.ts";
import type { Query } from "./ask.ts";
import { addDays, isDay, utcToday, type Window } from "./days.ts";
import { element, type Child } from "./element.ts";
import { windowName } from "./format.ts";
import { link } from "./navigation.ts";
import type { Part } from "./panel.ts";
import type { Changes, Place } from "./place.ts";

/** All days that the api takes. */
export const ALL_TIME: Window = { from: "1000-01-01", to: "8999-12-31" };

/** Filters of events that the api takes under the same name. */
const FILTERS = [
  "repository",
  "tag",
  "actor",
  "action",
  "operation",
  "metric",
  "users",
  "counts_as",
];

/** A window of its own within a view, from what led there; it goes before the period. */
export function windowOf(place: Place): Window {
  return (
    narrowed(place, "since", "until") ??
    (place.get("time") === "all" ? ALL_TIME : place.window(utcToday()))
  );
}

function narrowed(place: Place, first: string, end: string): Window | undefined {
  const from = place.get(first) ?? "";
  const to = place.get(end) ?? "";
  return isDay(from) && isDay(to) && from < to ? { from, to } : undefined;
}

/** The registry of what is looked at, else the one chosen at the top. */
export function registryOf(place: Place): string | undefined {
  return place.get("at") ?? place.get("registry");
}

/** What the place asks of the api's events. */
export function eventQuery(place: Place): Query {
  const received = narrowed(place, "received_from", "received_to");
  const window = windowOf(place);
  return {
    registry: registryOf(place),
    ...Object.fromEntries(FILTERS.map((name) => [name, place.get(name)])),
    from: window.from,
    // No event is more than a day younger than its receipt, and the api begins to look at the end.
    to: received !== undefined && window === ALL_TIME ? addDays(received.to, 1) : window.to,
    received_from: received?.from,
    received_to: received?.to,
  };
}

/** What narrows the list, each with a link that takes it away. */
export function chips(): Part {
  const node = element("div", { class: "chips" });
  return {
    node,
    update: (place) => {
      const hadFocus = node.contains(document.activeElement);
      const shown = chipsOf(place);
      node.replaceChildren(
        ...(shown.length === 0
          ? []
          : [
              element(
                "ul",
                { "aria-label": "Filters" },
                shown.map((chip) => element("li", {}, chip)),
              ),
            ]),
      );
      // The filter that was removed took the keyboard's focus with it.
      if (hadFocus) (node.querySelector("a") ?? document.querySelector("h1"))?.focus();
    },
  };
}

function chipsOf(place: Place): Child[] {
  const made: Child[] = [];
  const add = (text: string, without: Changes): void => {
    made.push(
      link(
        place.with(without),
        { class: "chip", title: "Remove this filter", "aria-label": `${text}: remove this filter` },
        element("span", { class: "chip-text" }, text),
        element("span", { "aria-hidden": "true" }, "×"),
      ),
    );
  };
  const at = place.get("at");
  if (at !== undefined) add(`registry ${at}`, { at: undefined });
  for (const name of ["repository", "tag", "actor", "action", "operation", "reason", "state"]) {
    const value = place.get(name);
    if (value !== undefined) add(`${name} ${value}`, { [name]: undefined });
  }
  const metric = place.get("metric");
  if (metric !== undefined) add(metricName(metric), { metric: undefined });
  if (place.get("users") !== undefined) add("only users that count", { users: undefined });
  const counted = place.get("counts_as");
  if (counted !== undefined) add(`counted as ${counted}`, { counts_as: undefined });
  const window = narrowed(place, "since", "until");
  if (window !== undefined) add(windowName(window), { since: undefined, until: undefined });
  else if (place.get("time") === "all") add("all time", { time: undefined });
  const received = narrowed(place, "received_from", "received_to");
  if (received !== undefined) {
    add(`received ${windowName(received)}`, { received_from: undefined, received_to: undefined });
  }
  return made;
}

/** The days that a list shows, in words. */
export function windowNote(place: Place): string {
  const window = windowOf(place);
  return window.from === ALL_TIME.from ? "all time" : `${windowName(window)} (UTC)`;
}
