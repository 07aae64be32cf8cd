import type * as ChartJs from "chart.js";
import { cssColour } from "./actions.ts";
import { element } from "./element.ts";
import { compact, number } from "./format.ts";
import { onThemeChange } from "./theme.ts";

/** assets/chart.js, loaded by the page before any module runs. */
declare const Chart: typeof ChartJs.Chart;

export interface Series {
  readonly name: string;
  /** A custom property of the style sheet. */
  readonly colour: () => string;
  readonly values: readonly number[];
}

export interface BarChart {
  /** What a screen reader says of it: what is shown and its sum. */
  readonly label: string;
  /** One per bar, short. */
  readonly labels: readonly string[];
  /** One per bar, in full, for the tooltip. */
  readonly titles: readonly string[];
  /** Stacked in this order, the first at the bottom. */
  readonly series: readonly Series[];
  /** A click on a part of a bar. Keyboards find the same behind the numbers of the table below. */
  readonly onSelect: (bar: number, series: number) => void;
}

/** A chart in the page, and how to draw it again. */
interface Drawing {
  readonly canvas: HTMLCanvasElement;
  chart: ChartJs.Chart | undefined;
  readonly draw: () => ChartJs.Chart;
}

const drawings = new Set<Drawing>();

onThemeChange(() => {
  for (const drawing of drawings) {
    drawing.chart?.destroy();
    drawing.chart = drawing.draw();
  }
});

/** Makes stacked bars, which are drawn when they are in the page, and again whenever the theme changes. */
export function barChart(data: BarChart): HTMLElement {
  const canvas = element("canvas", { role: "img", "aria-label": data.label });
  const drawing: Drawing = {
    canvas,
    chart: undefined,
    draw: () => new Chart(canvas, configurationOf(data)),
  };
  // Chart.js measures what is around the canvas, which has a size only once it is in the page.
  requestAnimationFrame(() => {
    forgetRemoved();
    if (!canvas.isConnected) return;
    drawings.add(drawing);
    drawing.chart = drawing.draw();
  });
  return element("div", { class: "chart" }, canvas);
}

/** Chart.js watches the size of its canvas until it is told that it is gone. */
function forgetRemoved(): void {
  for (const drawing of drawings) {
    if (drawing.canvas.isConnected) continue;
    drawing.chart?.destroy();
    drawings.delete(drawing);
  }
}

function configurationOf(data: BarChart): ChartJs.ChartConfiguration<"bar"> {
  const text = cssColour("--muted");
  const grid = cssColour("--line");
  return {
    type: "bar",
    data: {
      labels: [...data.labels],
      datasets: data.series.map(({ name, colour, values }) => ({
        label: name,
        data: [...values],
        backgroundColor: colour(),
        borderColor: cssColour("--surface"),
        borderWidth: { top: 1 },
        borderSkipped: false,
        categoryPercentage: 0.92,
        barPercentage: 0.9,
        maxBarThickness: 48,
      })),
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      onHover: (event, elements) => {
        const { target } = event.native ?? {};
        if (target instanceof HTMLElement) {
          target.style.cursor = elements.length > 0 ? "pointer" : "default";
        }
      },
      onClick: (event, _elements, chart) => {
        if (event.native === null) return;
        const [hit] = chart.getElementsAtEventForMode(
          event.native,
          "nearest",
          { intersect: true },
          false,
        );
        if (hit !== undefined) data.onSelect(hit.index, hit.datasetIndex);
      },
      scales: {
        x: {
          stacked: true,
          grid: { display: false },
          border: { color: grid },
          ticks: { color: text, maxRotation: 0, autoSkipPadding: 12, font: { size: 11 } },
        },
        y: {
          stacked: true,
          beginAtZero: true,
          border: { display: false },
          grid: { color: grid },
          ticks: {
            color: text,
            precision: 0,
            maxTicksLimit: 6,
            font: { size: 11 },
            callback: (value) => compact(Number(value)),
          },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          filter: ({ parsed }) => parsed.y !== 0,
          callbacks: {
            title: ([item]) => (item === undefined ? "" : (data.titles[item.dataIndex] ?? "")),
            label: ({ dataset, parsed }) => ` ${dataset.label ?? ""}: ${number(parsed.y ?? 0)}`,
          },
        },
      },
    },
  };
}
