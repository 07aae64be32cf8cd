/** UTC days as text, `YYYY-MM-DD`, and windows of them. */

export const UNITS = ["day", "week", "month"] as const;
export type Unit = (typeof UNITS)[number];

/** A window of UTC days; `to` is the first day after it. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;

export function isDay(text: string): boolean {
  return /^[1-8]\d{3}-\d\d-\d\d$/.test(text) && addDays(text, 0) === text;
}

/** @returns an unusable text when `day` is none */
export function addDays(day: string, days: number): string {
  const time = Date.parse(`${day}T00:00:00Z`) + days * DAY_MS;
  return Number.isNaN(time) ? "" : new Date(time).toISOString().slice(0, 10);
}

/** The same day of an earlier month, or that month's last day. */
export function monthsBefore(day: string, months: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const lastOfMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0));
  date.setUTCDate(Math.min(wanted, lastOfMonth.getUTCDate()));
  return date.toISOString().slice(0, 10);
}

export function daysIn({ from, to }: Window): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** The day, ISO week or month that holds a day. */
export function periodOf(unit: Unit, day: string): Window {
  if (unit === "day") return { from: day, to: addDays(day, 1) };
  const date = new Date(`${day}T00:00:00Z`);
  if (unit === "week") {
    const from = addDays(day, -((date.getUTCDay() + 6) % 7));
    return { from, to: addDays(from, 7) };
  }
  const from = `${day.slice(0, 8)}01`;
  // From the first day of a month 31 days reach into the next one but never past it.
  return { from, to: `${addDays(from, 31).slice(0, 8)}01` };
}

/** The starts of all periods of a window, those without anything too. */
export function startsIn(unit: Unit, { from, to }: Window): string[] {
  const starts: string[] = [];
  for (let period = periodOf(unit, from); period.from < to; period = periodOf(unit, period.to)) {
    starts.push(period.from);
  }
  return starts;
}

export function utcToday(): string {
  return new Date(Date.now()).toISOString().slice(0, 10);
}
