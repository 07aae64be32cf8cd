import type { TrackedEvent } from "../answers.ts";
import { askAgain } from "../ask.ts";
import { actionMark, actorLink, age, more, repositoryLink, target } from "../cells.ts";
import { ALL_TIME } from "../event-filter.ts";
import { element, type Child } from "../element.ts";
import { ago } from "../format.ts";
import { here } from "../navigation.ts";
import type { Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { poll } from "../polling.ts";

/** Milliseconds between two looks. An unchanged answer is a 304 without a body. */
const INTERVAL = 3_000;

const SHOWN = 11;

interface Latest {
  readonly events: readonly TrackedEvent[];
}

/** The latest events, as they are counted. Stands still while it is paused or nobody looks. */
export class LiveFeed implements Part {
  readonly node: HTMLElement;
  readonly #list = element("ol", { class: "feed" });
  readonly #state = element("p", { class: "panel-note" }, "Loading");
  readonly #more = element("div");
  readonly #pause = element("button", { type: "button", class: "button quiet" }, "Pause");
  #registry: string | undefined;
  #etag: string | undefined;
  #paused = false;
  #turn = 0;
  /** Ids that were shown before: only what is new lights up. */
  #known: ReadonlySet<string> | undefined;

  constructor() {
    this.node = element(
      "section",
      { class: "panel narrow", "aria-label": "Live feed" },
      element(
        "div",
        { class: "panel-header" },
        element("div", { class: "panel-title" }, element("h2", {}, "Live feed"), this.#state),
        element("div", { class: "panel-controls" }, this.#pause),
      ),
      element("div", { class: "panel-body" }, this.#list, this.#more),
    );
    this.#pause.addEventListener("click", () => this.#togglePause());
    this.#pause.setAttribute("aria-pressed", "false");
  }

  update(place: Place): void {
    const first = this.#known === undefined && this.#turn === 0;
    if (!first && place.get("registry") === this.#registry) return;
    this.#registry = place.get("registry");
    this.#etag = undefined;
    this.#known = undefined;
    this.#more.replaceChildren(more(place.to("events"), "All events"));
    if (first) poll(this.node, INTERVAL, () => (this.#paused ? Promise.resolve() : this.#look()));
    else void this.#look();
  }

  async #look(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const query = { registry: this.#registry, from: ALL_TIME.from, limit: SHOWN };
    try {
      const latest = await askAgain<Latest>("events", query, this.#etag);
      if (turn !== this.#turn || this.#paused) return;
      if (latest !== undefined) {
        this.#etag = latest.etag;
        this.#show(latest.answer.events);
      }
      this.#growOlder();
      this.#say("Newest first, every 3 seconds.");
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  #show(events: readonly TrackedEvent[]): void {
    const place = here();
    const known = this.#known;
    this.#list.replaceChildren(
      ...events.map((event) => {
        const isNew = known !== undefined && !known.has(idOf(event));
        return element("li", { class: isNew ? "new" : undefined }, line(event, place));
      }),
    );
    this.#known = new Set(events.map(idOf));
  }

  /** An unchanged list is still some seconds older. */
  #growOlder(): void {
    for (const time of this.#list.querySelectorAll("time")) {
      time.textContent = ago(time.dateTime, Date.now());
    }
  }

  #togglePause(): void {
    this.#paused = !this.#paused;
    this.#pause.textContent = this.#paused ? "Resume" : "Pause";
    this.#pause.setAttribute("aria-pressed", String(this.#paused));
    if (this.#paused) this.#say("Paused.");
    else void this.#look();
  }

  #say(text: string): void {
    if (this.#state.textContent !== text) this.#state.textContent = text;
  }
}

function line(event: TrackedEvent, place: Place): Child {
  return [
    element(
      "div",
      { class: "feed-line" },
      actionMark(event.action),
      element("span", { class: "feed-age" }, age(event.occurred_at)),
    ),
    element(
      "div",
      { class: "feed-line" },
      element("span", { class: "feed-what" }, repositoryLink(place, event), target(place, event)),
      element("span", { class: "feed-who" }, actorLink(place, event.registry, event.actor_name)),
    ),
  ];
}

function idOf({ registry, event_id }: TrackedEvent): string {
  return `${registry} ${event_id}`;
}
