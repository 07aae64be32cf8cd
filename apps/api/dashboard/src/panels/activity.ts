import { actionColour, sortedActions } from "../actions.ts";
import type { Activity } from "../answers.ts";
import { ask } from "../ask.ts";
import { actionMark } from "../cells.ts";
import { barChart } from "../chart.ts";
import { segments } from "../controls.ts";
import { daysIn, periodOf, startsIn, UNITS, utcToday, type Unit } from "../days.ts";
import { element, type Child } from "../element.ts";
import { nothingCounted } from "../nothing-counted.ts";
import { number, periodLabel, periodName, sum, windowName } from "../format.ts";
import { go, link } from "../navigation.ts";
import { Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { table } from "../table.ts";

const UNIT_OPTIONS = [
  { value: "auto", text: "Auto" },
  { value: "day", text: "Day" },
  { value: "week", text: "Week" },
  { value: "month", text: "Month" },
];

/** More bars than this are too thin to hit. */
const MAX_DAILY_BARS = 92;

/** What a chart's bars stand for: the chosen unit, or the one that suits the period. */
export function unitOf(place: Place, name: string): Unit {
  const chosen = UNITS.find((unit) => unit === place.get(name));
  return chosen ?? (daysIn(place.window(utcToday())) > MAX_DAILY_BARS ? "week" : "day");
}

/** Said where charts show whole weeks or months, whose sums may be more than the period's own figures. */
export function widened(unit: Unit): string {
  return unit === "day" ? "" : ` Only whole ${unit}s, so it may begin before the period.`;
}

export function activityNote(place: Place): string {
  const unit = unitOf(place, "by");
  return `Events by action per ${unit}, by event time.${widened(unit)}`;
}

export function unitControl(label: string, name: string): Part {
  return segments({ label, name, options: UNIT_OPTIONS });
}

/** Events over time, stacked by action. Every part of a bar leads to its events. */
export function activity(): Part {
  return new Panel<Activity>({
    title: "Activity",
    class: "wide",
    note: activityNote,
    controls: [unitControl("Activity per", "by")],
    key: (place) => [place.get("registry"), place.window(utcToday()), unitOf(place, "by")],
    load: (place) =>
      ask<Activity>("activity", {
        registry: place.get("registry"),
        period: unitOf(place, "by"),
        ...place.window(utcToday()),
      }),
    show: (answer, place) => activityChart(answer, unitOf(place, "by"), place, {}),
  });
}

/**
 * Bars, a legend with totals, and the same as a table.
 *
 * @param subject what the events have in common besides their time and action
 */
export function activityChart(
  { from, to, periods }: Activity,
  unit: Unit,
  place: Place,
  subject: Readonly<Record<string, string>>,
): Child {
  if (periods.length === 0) return nothingCounted(place);
  const starts = startsIn(unit, { from, to });
  const byStart = new Map(periods.map((period) => [period.period_start, period.actions]));
  const actions = sortedActions(new Set(periods.flatMap((period) => Object.keys(period.actions))));
  const eventsOf = (start: string, action: string) => byStart.get(start)?.[action]?.events ?? 0;
  const totalOf = (action: string) => sum(starts.map((start) => eventsOf(start, action)));
  const linkTo = (start: string, action: string): Place => {
    const window = periodOf(unit, start);
    return place.to("events", { ...subject, action, since: window.from, until: window.to });
  };
  const all = sum(actions.map(totalOf));
  return [
    barChart({
      label: `Events by action per ${unit}, ${windowName({ from, to })} (UTC): ${number(all)} in all. The table below has the numbers.`,
      labels: starts.map((start) => periodLabel(unit, start)),
      titles: starts.map((start) => periodName(unit, start)),
      series: actions.map((action) => ({
        name: action,
        colour: () => actionColour(action),
        values: starts.map((start) => Number(eventsOf(start, action))),
      })),
      onSelect: (bar, series) => go(linkTo(starts[bar] ?? "", actions[series] ?? "")),
    }),
    element(
      "ul",
      { class: "legend" },
      actions.map((action) =>
        element(
          "li",
          {},
          link(
            place.to("events", { ...subject, action, since: from, until: to }),
            {},
            actionMark(action),
            " ",
            element("span", { class: "figure" }, number(totalOf(action))),
          ),
        ),
      ),
    ),
    asTable(
      table({
        caption: `Events by action per ${unit}`,
        columns: [
          { title: `${unit} (UTC)`, cell: (start) => periodName(unit, start) },
          ...actions.map((action) => ({
            title: action,
            numeric: true,
            cell: (start: string) => {
              const events = eventsOf(start, action);
              return events === 0 ? "0" : link(linkTo(start, action), {}, number(events));
            },
          })),
        ],
        rows: starts.toReversed(),
      }),
    ),
  ];
}

/** What a chart shows, for those who would rather read or cannot see it. */
export function asTable(content: HTMLElement): HTMLElement {
  return element(
    "details",
    { class: "as-table" },
    element("summary", {}, "Show as a table"),
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table" },
      content,
    ),
  );
}
