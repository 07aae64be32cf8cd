import { periodOf, addDays, type Unit, type Window } from "./days.ts";

/** A count as the api sends it: text where a number would lose digits. */
export type Count = number | string;

const NUMBER = new Intl.NumberFormat();
const COMPACT = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat(undefined, {
  style: "percent",
  maximumFractionDigits: 0,
  signDisplay: "exceptZero",
});
const DAY = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const MONTH = new Intl.DateTimeFormat(undefined, {
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const SHORT_DAY = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "always", style: "narrow" });

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;

/** Seconds in each unit of an age, the longest first. */
const AGE_UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** A whole number with the reader's own grouping, exact however long it is. */
export function number(count: Count): string {
  return NUMBER.format(typeof count === "number" ? count : BigInt(count));
}

/** A number for an axis or a tile: 12.3K. */
export function compact(count: number): string {
  return COMPACT.format(count);
}

/** A sum for charts and tiles; exact below 2^53. */
export function sum(counts: Iterable<Count>): number {
  let total = 0;
  for (const count of counts) total += Number(count);
  return total;
}

/** Bytes in decimal units, as registries and disks are sold. */
export function bytes(count: Count): string {
  let amount = Number(count);
  let index = 0;
  while (amount >= 1_000 && index < BYTE_UNITS.length - 1) {
    amount /= 1_000;
    index += 1;
  }
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: BYTE_UNITS[index] ?? "byte",
    unitDisplay: index === 0 ? "long" : "short",
    maximumFractionDigits: amount < 10 && index > 0 ? 1 : 0,
  }).format(amount);
}

/** How much more or less than before, or undefined when there was nothing to compare with. */
export function change(now: number, before: number): string | undefined {
  return before === 0 ? undefined : PERCENT.format((now - before) / before);
}

export function day(text: string): string {
  return DAY.format(new Date(`${text}T00:00:00Z`));
}

/** A period by its first day, short enough for an axis. */
export function periodLabel(unit: Unit, start: string): string {
  const date = new Date(`${start}T00:00:00Z`);
  return unit === "month" ? MONTH.format(date) : SHORT_DAY.format(date);
}

/** A period in full: 5 Jan 2026; 5 – 11 Jan 2026; Jan 2026. */
export function periodName(unit: Unit, start: string): string {
  if (unit === "day") return day(start);
  if (unit === "month") return MONTH.format(new Date(`${start}T00:00:00Z`));
  return windowName(periodOf("week", start));
}

/** From the first to the last day, both included. */
export function windowName({ from, to }: Window): string {
  const last = new Date(`${addDays(to, -1)}T00:00:00Z`);
  return DAY.formatRange(new Date(`${from}T00:00:00Z`), last);
}

/** A time as sent by the api, to the second: 2026-01-05 08:00:00. Always UTC, which stands beside it. */
export function instant(text: string): string {
  return text.slice(0, 19).replace("T", " ");
}

/** How long ago a time was: "5 min. ago". */
export function ago(text: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(text)) / 1_000));
  const [unit, length] = AGE_UNITS.find(([, least]) => seconds >= least) ?? ["second", 1];
  return RELATIVE.format(-Math.floor(seconds / length), unit);
}
