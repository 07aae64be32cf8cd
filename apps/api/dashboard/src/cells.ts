/** What stands in many tables, each leading on. */
import type { TrackedEvent } from "./answers.ts";
import { element, type Child } from "./element.ts";
import { ago, instant, type Count } from "./format.ts";
import { link } from "./navigation.ts";
import type { Place } from "./place.ts";

interface Named {
  readonly registry: string;
  readonly repository: string;
}

/** A repository, with its registry in front where several are shown. */
export function repositoryLink(place: Place, { registry, repository }: Named): Child {
  const to = place.to("repository", { at: registry, repository });
  const prefix = place.get("registry") === undefined ? registryPrefix(registry) : null;
  return link(to, { class: "name" }, prefix, repository);
}

export function tagLink(place: Place, row: Named & { readonly tag: string }): Child {
  const { registry, repository, tag } = row;
  return link(place.to("events", { at: registry, repository, tag }), { class: "name tag" }, tag);
}

export function actorLink(place: Place, registry: string, actor: string | null): Child {
  if (actor === null) return element("span", { class: "muted" }, "anonymous");
  return link(place.to("actor", { at: registry, actor }), { class: "name" }, actor);
}

export function actionMark(action: string): HTMLElement {
  // The colours stand in the style sheet, since the page may not carry styles of its own.
  const colour = `swatch swatch-${action.replaceAll("_", "-")}`;
  const swatch = element("span", { class: colour, "aria-hidden": "true" });
  return element("span", { class: "action" }, swatch, action);
}

/** A time in UTC, or a dash for never. */
export function time(text: string | null, never = "never"): Child {
  if (text === null) return element("span", { class: "muted" }, never);
  return element("time", { datetime: text, title: `${text} (UTC)` }, instant(text));
}

/** How long ago a time was; the time itself on hovering. */
export function age(text: string | null, never = "never"): Child {
  if (text === null) return element("span", { class: "muted" }, never);
  const title = `${instant(text)} UTC`;
  return element("time", { datetime: text, title }, ago(text, Date.now()));
}

/** What an event was about: its tag, else its digest's beginning, else nothing. */
export function target(place: Place, event: TrackedEvent): Child {
  if (event.tag !== null) return [":", tagLink(place, { ...event, tag: event.tag })];
  if (event.digest !== null) {
    const digest = element("span", { class: "digest", title: event.digest }, shortDigest(event));
    return ["@", digest];
  }
  return null;
}

function shortDigest({ digest }: TrackedEvent): string {
  return (digest ?? "").replace(/^(\w+:[0-9a-f]{7})[0-9a-f]+$/, "$1…");
}

function registryPrefix(registry: string): HTMLElement {
  return element("span", { class: "registry" }, registry, " / ");
}

/** A bar as long as its part of the greatest; the number stands beside it. */
export function meter(count: Count, greatest: number): HTMLElement {
  const bar = element("span", { class: "meter-bar" });
  bar.style.inlineSize = `${greatest === 0 ? 0 : (Number(count) / greatest) * 100}%`;
  return element("span", { class: "meter", "aria-hidden": "true" }, bar);
}

/** Leads from the first rows to all of them. */
export function more(place: Place, text: string): HTMLElement {
  return element("p", { class: "more" }, link(place, {}, text));
}

/** A term and what is known of it, for a `dl`. */
export function fact(term: string, value: Child): HTMLElement {
  return element("div", {}, element("dt", {}, term), element("dd", {}, value));
}
