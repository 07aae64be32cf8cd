import { PULLS } from "../actions.ts";
import type { Activity, Ledger } from "../answers.ts";
import { ask } from "../ask.ts";
import { addDays, daysIn, utcToday, type Window } from "../days.ts";
import { element, type Child } from "../element.ts";
import { bytes, change, number, sum, type Count } from "../format.ts";
import { imbalance } from "../imbalance.ts";
import { link } from "../navigation.ts";
import { Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";

interface Figures {
  readonly now: Activity;
  readonly before: Activity;
  readonly readers: Count;
  readonly writers: Count;
  readonly ledger: Ledger;
}

interface Tile {
  readonly title: string;
  readonly value: string;
  /** Under the value. */
  readonly note: string;
  readonly to: Place;
  readonly warning?: boolean;
}

/** The period in a few figures, each with the change from the period before. */
export function tiles(): Part {
  return new Panel<Figures>({
    title: "The period in figures",
    class: "tiles-panel",
    key: (place) => [place.get("registry"), place.window(utcToday())],
    load: async (place) => {
      const window = place.window(utcToday());
      const registry = place.get("registry");
      const earlier = { from: addDays(window.from, -daysIn(window)), to: window.from };
      const activity = (of: Window) =>
        ask<Activity>("activity", { registry, period: "day", ...of });
      const users = async (metric: string) => {
        const answer = ask<{ distinct_users: Count }>("distinct-users", {
          registry,
          metric,
          ...window,
        });
        return (await answer).distinct_users;
      };
      const [now, before, readers, writers, ledger] = await Promise.all([
        activity(window),
        activity(earlier),
        users("any_read"),
        users("any_write"),
        ask<Ledger>("ledger", { registry, ...window }),
      ]);
      return { now, before, readers, writers, ledger };
    },
    show: (figures, place) =>
      element(
        "ul",
        { class: "tiles" },
        tilesOf(figures, place).map((tile) => element("li", {}, show(tile))),
      ),
  });
}

function tilesOf({ now, before, readers, writers, ledger }: Figures, place: Place): Tile[] {
  const versus = (of: (activity: Activity) => number): string => {
    const text = change(of(now), of(before));
    return text === undefined ? "none in the period before" : `${text} on the one before`;
  };
  const events = (is: (action: string) => boolean) => (of: Activity) =>
    sum(countsOf(of).map(([action, counts]) => (is(action) ? counts.events : 0)));
  const all = events(() => true);
  const pulls = events((action) => PULLS.includes(action));
  const created = (of: Activity) =>
    sum(countsOf(of).map(([, counts]) => counts.repositories_created));
  const pulledBytes = (of: Activity) =>
    sum(countsOf(of).map(([action, counts]) => (action.startsWith("pull_") ? counts.bytes : 0)));
  const off = imbalance(ledger.totals);
  const eventsOf = (choices: Record<string, string>) => place.to("events", choices);
  return [
    { title: "Events", value: number(all(now)), note: versus(all), to: eventsOf({}) },
    {
      title: "Pulls",
      value: number(pulls(now)),
      note: versus(pulls),
      to: eventsOf({ counts_as: "pulls" }),
    },
    {
      title: "Bytes pulled",
      value: bytes(pulledBytes(now)),
      note: versus(pulledBytes),
      to: eventsOf({ operation: "pull" }),
    },
    {
      title: "People who pulled",
      value: number(readers),
      note: "distinct users, exact",
      to: eventsOf({ metric: "any_read", users: "true" }),
    },
    {
      title: "People who wrote",
      value: number(writers),
      note: "distinct users, exact",
      to: eventsOf({ metric: "any_write", users: "true" }),
    },
    {
      title: "Repositories created",
      value: number(created(now)),
      note: versus(created),
      to: eventsOf({ metric: "create_repository" }),
    },
    {
      title: "Rejected",
      value: number(ledger.totals.rejected),
      note:
        off === 0n ? `of ${number(ledger.totals.received)} received` : "ledger does not balance",
      to: place.to("rejected", { state: "rejected" }),
      warning: off !== 0n || Number(ledger.totals.rejected) > 0,
    },
  ];
}

function countsOf({ periods }: Activity) {
  return periods.flatMap(({ actions }) => Object.entries(actions));
}

function show({ title, value, note, to, warning = false }: Tile): Child {
  return link(
    to,
    { class: warning ? "tile warning" : "tile" },
    element("span", { class: "tile-title" }, title),
    element("span", { class: "tile-value" }, value),
    element("span", { class: "tile-note" }, note),
  );
}
