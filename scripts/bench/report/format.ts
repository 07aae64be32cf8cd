import type { Summary } from "../statistics.ts";

/** 12,345 */
export function whole(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en") : "–";
}

/** With as many decimals as make sense for its size. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** Median, with the smallest and the largest round. */
export function spread(summary: Summary, format = whole): string {
  return `${format(summary.median)} (${format(summary.min)} to ${format(summary.max)})`;
}

/** 1.5 GB, 340 MB, 12 kB */
export function bytes(value: number): string {
  if (!Number.isFinite(value)) return "–";
  for (const [unit, size] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const) {
    if (value >= size) return `${short(value / size)} ${unit}`;
  }
  return `${whole(value)} B`;
}

/** A Markdown table. The first column is text, the others are aligned right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
