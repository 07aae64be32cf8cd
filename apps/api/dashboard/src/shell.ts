import { addDays, isDay, utcToday } from "./days.ts";
import { element } from "./element.ts";
import { windowName } from "./format.ts";
import { go, here, link } from "./navigation.ts";
import type { Part } from "./panel.ts";
import { PERIODS, type Place, type View as ViewName } from "./place.ts";
import { themeButton } from "./theme.ts";
import type { View } from "./views/view.ts";

const NAVIGATION: readonly (readonly [ViewName, string, readonly ViewName[]])[] = [
  ["overview", "Overview", []],
  ["events", "Events", []],
  ["repositories", "Repositories", ["repository"]],
  ["tags", "Tags", []],
  ["actors", "People", ["actor"]],
  ["rejected", "Rejected", []],
];

const PERIOD_NAMES = { "7d": "7 days", "28d": "28 days", "90d": "90 days", "12m": "12 months" };

/** What stands around every view: where one can go, and which registry and period is looked at. */
export class Shell {
  readonly #navigation = element("ul");
  readonly #heading = element("h1", { tabindex: -1 });
  readonly #registry = element("select", { class: "select", "aria-label": "Registry" });
  readonly #registryHolder = element("label", { class: "registry-filter" }, this.#registry);
  readonly #period = periodPicker();
  readonly #holder = element("div");

  constructor() {
    document
      .querySelector(".shell-header")
      ?.replaceChildren(
        element(
          "a",
          { href: "/", class: "brand" },
          element("img", { src: "/assets/images/tallyman.svg", alt: "", width: 26, height: 26 }),
          "Tallyman",
        ),
        element("nav", { "aria-label": "Views" }, this.#navigation),
        themeButton(),
      );
    document
      .querySelector("main")
      ?.replaceChildren(
        element(
          "div",
          { class: "view-header" },
          this.#heading,
          element("div", { class: "filters" }, this.#registryHolder, this.#period.node),
        ),
        this.#holder,
      );
    document
      .querySelector(".shell-footer")
      ?.replaceChildren(
        element(
          "p",
          {},
          "All times, days, weeks (from Monday) and months are UTC. ",
          element("a", { href: "/api/docs" }, "API"),
        ),
      );
    this.#registry.addEventListener("change", () => {
      go(here().with({ registry: this.#registry.value }));
    });
  }

  /** The registries to choose from. */
  offer(registries: readonly string[], place: Place): void {
    this.#registry.replaceChildren(
      element("option", { value: "" }, "All registries"),
      ...registries.map((registry) => element("option", { value: registry }, registry)),
    );
    this.#registry.value = place.get("registry") ?? "";
  }

  /** @param moved whether another view was shown before: then the keyboard goes to the new one's heading */
  show(view: View, place: Place, moved: boolean): void {
    const title = view.title(place);
    document.title = `${title} · Tallyman`;
    this.#heading.textContent = title;
    this.#navigation.replaceChildren(
      ...NAVIGATION.map(([name, text, subjects]) => {
        const isCurrent = name === place.view || subjects.includes(place.view);
        const current = isCurrent ? { "aria-current": "page" } : {};
        return element("li", {}, link(place.to(name), current, text));
      }),
    );
    this.#registry.value = place.get("registry") ?? "";
    this.#registryHolder.hidden = !view.uses.registry;
    this.#period.node.hidden = !view.uses.period;
    this.#period.update(place);
    if (this.#holder.firstChild !== view.node) this.#holder.replaceChildren(view.node);
    if (moved) {
      scrollTo(0, 0);
      this.#heading.focus({ preventScroll: true });
    }
  }

  /** Shows something else than a view: that a token is needed, or that nothing was sent yet. */
  showInstead(title: string, node: Node): void {
    document.title = `${title} · Tallyman`;
    this.#heading.textContent = title;
    this.#registryHolder.hidden = true;
    this.#period.node.hidden = true;
    this.#holder.replaceChildren(node);
  }
}

/** Usual periods, and one's own between two days, which are both part of it. */
function periodPicker(): Part {
  const presets = PERIODS.map((preset) => {
    const button = element("button", { type: "button", class: "segment-button" });
    button.textContent = PERIOD_NAMES[preset];
    button.addEventListener("click", () => {
      go(
        here().with({
          period: preset === "28d" ? undefined : preset,
          from: undefined,
          to: undefined,
        }),
      );
    });
    return button;
  });
  const first = element("input", { type: "date", class: "input", required: true });
  const last = element("input", { type: "date", class: "input", required: true });
  const own = element("details", { class: "own-period" });
  const summary = element("summary", { class: "segment-button" }, "Custom");
  const form = element(
    "form",
    { class: "popover" },
    element("label", {}, "First day (UTC) ", first),
    element("label", {}, "Last day (UTC) ", last),
    element("button", { type: "submit", class: "button primary" }, "Show"),
  );
  own.append(summary, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isDay(first.value) || !isDay(last.value)) return;
    const [from = "", until = ""] = [first.value, last.value].toSorted();
    own.open = false;
    go(here().with({ period: undefined, from, to: addDays(until, 1) }));
  });
  own.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !own.open) return;
    own.open = false;
    summary.focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !own.contains(event.target)) own.open = false;
  });
  const shown = element("span", { class: "window" });
  const node = element(
    "div",
    { class: "period-picker", role: "group", "aria-label": "Period" },
    shown,
    element("div", { class: "segments" }, presets, own),
  );
  return {
    node,
    update: (place) => {
      const window = place.window(utcToday());
      shown.textContent = `${windowName(window)} UTC`;
      for (const [index, button] of presets.entries()) {
        button.setAttribute("aria-pressed", String(PERIODS[index] === place.preset));
      }
      summary.classList.toggle("chosen", place.preset === undefined);
      first.value = window.from;
      last.value = addDays(window.to, -1);
    },
  };
}
