import { cssColour, METRICS, metricName } from "../actions.ts";
import { ask } from "../ask.ts";
import { barChart } from "../chart.ts";
import { select } from "../controls.ts";
import { periodOf, startsIn, utcToday } from "../days.ts";
import { element, type Child } from "../element.ts";
import { number, periodLabel, periodName, windowName, type Count } from "../format.ts";
import { go, link } from "../navigation.ts";
import { nothingCounted } from "../nothing-counted.ts";
import { Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { table } from "../table.ts";
import { asTable, unitControl, unitOf, widened } from "./activity.ts";

interface People {
  /** In the whole period. */
  readonly total: Count;
  readonly series: {
    readonly from: string;
    readonly to: string;
    readonly periods: readonly { readonly period_start: string; readonly distinct_users: Count }[];
  };
}

const metricOf = (place: Place): string => place.choice("metric", METRICS);

/** Distinct users per period, by what they did. */
export function people(): Part {
  return new Panel<People>({
    title: "Distinct users",
    note: (place) =>
      `Exact; each person once per ${unitOf(place, "users_by")}.${widened(unitOf(place, "users_by"))}`,
    controls: [
      select({
        label: "What the users did",
        name: "metric",
        options: METRICS.map((metric) => ({ value: metric, text: metricName(metric) })),
      }),
      unitControl("Users per", "users_by"),
    ],
    key: (place) => [
      place.get("registry"),
      place.window(utcToday()),
      metricOf(place),
      unitOf(place, "users_by"),
    ],
    load: async (place) => {
      const query = {
        registry: place.get("registry"),
        metric: metricOf(place),
        ...place.window(utcToday()),
      };
      const [whole, series] = await Promise.all([
        ask<{ distinct_users: Count }>("distinct-users", query),
        ask<People["series"]>("distinct-users", { ...query, period: unitOf(place, "users_by") }),
      ]);
      return { total: whole.distinct_users, series };
    },
    show,
  });
}

function show({ total, series }: People, place: Place): Child {
  const { from, to, periods } = series;
  if (periods.length === 0) return nothingCounted(place);
  const unit = unitOf(place, "users_by");
  const metric = metricOf(place);
  const starts = startsIn(unit, { from, to });
  const byStart = new Map(periods.map((period) => [period.period_start, period.distinct_users]));
  const usersOf = (start: string): Count => byStart.get(start) ?? 0;
  const linkTo = (start: string): Place => {
    const window = periodOf(unit, start);
    const choices = { metric, users: "true", since: window.from, until: window.to };
    return place.to("events", choices);
  };
  return [
    barChart({
      label: `Distinct users (${metricName(metric)}) per ${unit}, ${windowName({ from, to })} (UTC). The table below has the numbers.`,
      labels: starts.map((start) => periodLabel(unit, start)),
      titles: starts.map((start) => periodName(unit, start)),
      series: [
        {
          name: metric,
          colour: () => cssColour("--users"),
          values: starts.map((start) => Number(usersOf(start))),
        },
      ],
      onSelect: (bar) => go(linkTo(starts[bar] ?? "")),
    }),
    element(
      "p",
      { class: "chart-total" },
      link(place.to("events", { metric, users: "true" }), { class: "figure" }, number(total)),
      " different people in the whole period.",
    ),
    asTable(
      table({
        caption: `Distinct users per ${unit}`,
        columns: [
          { title: `${unit} (UTC)`, cell: (start) => periodName(unit, start) },
          {
            title: "distinct users",
            numeric: true,
            cell: (start) => link(linkTo(start), {}, number(usersOf(start))),
          },
        ],
        rows: starts.toReversed(),
      }),
    ),
  ];
}
