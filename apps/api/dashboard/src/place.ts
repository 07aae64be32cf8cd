import { addDays, isDay, monthsBefore, type Window } from "./days.ts";

export const VIEWS = [
  "overview",
  "events",
  "repositories",
  "repository",
  "tags",
  "actors",
  "actor",
  "rejected",
] as const;
export type View = (typeof VIEWS)[number];

export const PERIODS = ["7d", "28d", "90d", "12m"] as const;
export type Preset = (typeof PERIODS)[number];

const DEFAULT_PERIOD: Preset = "28d";

/** What stays when somebody goes from one view to another. */
const LASTING = ["registry", "period", "from", "to"];

export type Changes = Readonly<Record<string, string | undefined>>;

/** Where somebody is in the dashboard: a view and everything that was chosen in it, which is what its URL says. */
export class Place {
  readonly view: View;
  readonly #parameters: ReadonlyMap<string, string>;

  private constructor(view: View, parameters: ReadonlyMap<string, string>) {
    this.view = view;
    this.#parameters = parameters;
  }

  /** Reads the query of a URL. What it says may be anything; an unknown view is the overview. */
  static read(search: string): Place {
    const parameters = new Map<string, string>();
    for (const [name, value] of new URLSearchParams(search)) {
      if (value !== "") parameters.set(name, value);
    }
    const view = VIEWS.find((known) => known === parameters.get("view")) ?? "overview";
    parameters.delete("view");
    return new Place(view, parameters);
  }

  /** What was chosen, or undefined. */
  get(name: string): string | undefined {
    return this.#parameters.get(name);
  }

  /** One of a few choices; the first is the default, also for what is none of them. */
  choice<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
    return choices.find((choice) => choice === this.get(name)) ?? choices[0];
  }

  /** This place with something chosen differently. What depends on the choice, the page of a list, begins anew. */
  with(changes: Changes): Place {
    const parameters = new Map(this.#parameters);
    parameters.delete("cursor");
    return new Place(this.view, apply(parameters, changes));
  }

  /** Another view of the same registry and period. */
  to(view: View, choices: Changes = {}): Place {
    const parameters = new Map([...this.#parameters].filter(([name]) => LASTING.includes(name)));
    return new Place(view, apply(parameters, choices));
  }

  get href(): string {
    const query = new URLSearchParams();
    if (this.view !== "overview") query.set("view", this.view);
    for (const [name, value] of this.#parameters) query.set(name, value);
    const text = query.toString();
    return text === "" ? "/" : `/?${text}`;
  }

  /** The chosen period's name; a window of its own has none. */
  get preset(): Preset | undefined {
    if (this.#ownWindow !== undefined) return undefined;
    return PERIODS.find((preset) => preset === this.get("period")) ?? DEFAULT_PERIOD;
  }

  /** The days of the chosen period. */
  window(today: string): Window {
    const own = this.#ownWindow;
    if (own !== undefined) return own;
    const to = addDays(today, 1);
    switch (this.preset) {
      case "7d":
        return { from: addDays(to, -7), to };
      case "90d":
        return { from: addDays(to, -90), to };
      case "12m":
        return { from: monthsBefore(to, 12), to };
      case "28d":
      case undefined:
        return { from: addDays(to, -28), to };
    }
  }

  get #ownWindow(): Window | undefined {
    const { from = "", to = "" } = { from: this.get("from"), to: this.get("to") };
    return isDay(from) && isDay(to) && from < to ? { from, to } : undefined;
  }
}

function apply(parameters: Map<string, string>, changes: Changes): Map<string, string> {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") parameters.delete(name);
    else parameters.set(name, value);
  }
  return parameters;
}
