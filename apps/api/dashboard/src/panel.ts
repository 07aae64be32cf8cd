import { AskError } from "./ask.ts";
import { element, type Child } from "./element.ts";
import type { Place } from "./place.ts";

/** A part of the page that follows the place. */
export interface Part {
  readonly node: HTMLElement;
  update(place: Place): void;
  /** Shows what has changed since, unless somebody is reading it. */
  refresh?(place: Place): void;
}

export interface PanelOptions<Data> {
  readonly title: string;
  /** Under the title: what is counted, in one sentence. */
  readonly note?: string | ((place: Place) => string);
  /** Beside the title. They stay when the panel loads anew, so that the keyboard's focus stays on them. */
  readonly controls?: readonly Part[];
  /** Style of the panel in its grid. */
  readonly class?: string;
  /** What its content depends on; it is loaded anew when this changes. */
  readonly key: (place: Place) => unknown;
  readonly load: (place: Place) => Promise<Data>;
  readonly show: (data: Data, place: Place) => Child;
}

/** Hears of answers that nobody may have without a (better) token. */
let onUnauthorized: () => void = () => undefined;

export function whenUnauthorized(listener: () => void): void {
  onUnauthorized = listener;
}

/** A titled part of a view that loads its content and says so while it does, and what went wrong when it did. */
export class Panel<Data> implements Part {
  readonly node: HTMLElement;
  readonly #options: PanelOptions<Data>;
  readonly #note = element("p", { class: "panel-note" });
  readonly #heading: HTMLElement;
  readonly #body = element("div", { class: "panel-body" });
  #key: string | undefined;
  /** Counts loads: an answer that was overtaken by a later question is not shown. */
  #turn = 0;

  constructor(options: PanelOptions<Data>) {
    this.#options = options;
    const { title, controls = [] } = options;
    this.#heading = element("h2", { tabindex: -1 }, title);
    this.node = element(
      "section",
      { class: `panel ${options.class ?? ""}`.trim(), "aria-label": title },
      element(
        "div",
        { class: "panel-header" },
        element("div", { class: "panel-title" }, this.#heading, this.#note),
        controls.length === 0
          ? null
          : element(
              "div",
              { class: "panel-controls" },
              controls.map((control) => control.node),
            ),
      ),
      this.#body,
    );
    this.#body.append(skeleton());
  }

  update(place: Place): void {
    for (const control of this.#options.controls ?? []) control.update(place);
    const { note, key } = this.#options;
    this.#note.textContent = (typeof note === "function" ? note(place) : note) ?? "";
    const next = JSON.stringify(key(place));
    if (next === this.#key) return;
    this.#key = next;
    this.node.setAttribute("aria-busy", "true");
    void this.#load(place);
  }

  refresh(place: Place): void {
    const isRead = this.#body.querySelector("details[open]") ?? document.activeElement;
    if (isRead !== null && this.#body.contains(isRead)) return;
    if (!this.node.hasAttribute("aria-busy")) void this.#load(place);
  }

  async #load(place: Place): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    let content: Child;
    try {
      content = this.#options.show(await this.#options.load(place), place);
    } catch (error) {
      if (error instanceof AskError && error.status === 401) onUnauthorized();
      content = failure(error, () => void this.#load(place));
    }
    if (turn !== this.#turn) return;
    // Who followed a link to the next page goes on at its beginning.
    if (this.#body.contains(document.activeElement)) this.#heading.focus();
    this.#body.replaceChildren(...element("div", {}, content).childNodes);
    this.node.removeAttribute("aria-busy");
  }
}

function skeleton(): HTMLElement {
  return element(
    "div",
    { class: "skeleton" },
    element("span", { class: "visually-hidden" }, "Loading"),
    [1, 2, 3, 4].map(() => element("div", { class: "skeleton-line", "aria-hidden": "true" })),
  );
}

function failure(error: unknown, again: () => void): HTMLElement {
  const button = element("button", { type: "button", class: "button" }, "Try again");
  button.addEventListener("click", again);
  const message = error instanceof Error ? error.message : String(error);
  return element("div", { class: "failure", role: "alert" }, element("p", {}, message), button);
}

/** Stands where there is nothing to show, and says why. */
export function empty(...children: Child[]): HTMLElement {
  return element("p", { class: "empty" }, ...children);
}
