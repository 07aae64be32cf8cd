import { periodStart } from "@tallyman/events";
import { UsageError } from "../surroundings.ts";

/** A window of UTC days; `to` is the first day after it. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

export interface WindowOptions {
  readonly from?: string;
  readonly to?: string;
  readonly week?: string;
  readonly month?: string;
}

/** Days of a window that nobody has asked for otherwise. */
const DEFAULT_DAYS = 28;

const DAY_MS = 86_400_000;

/**
 * The window of a command line: days, a week or a month, otherwise the last 28 days with today.
 *
 * @param today the current UTC day
 * @throws UsageError when it is empty or not told clearly
 */
export function windowOf(options: WindowOptions, today: string): Window {
  const { from, to, week, month } = options;
  const named = [week, month, from ?? to].filter((value) => value !== undefined);
  if (named.length > 1) throw new UsageError("Give --week, --month, or --from and --to.");
  if (week !== undefined) return weekOf(week);
  if (month !== undefined) return monthOf(month);
  const end = to === undefined ? plusDays(today, 1) : dayOf("--to", to);
  const start = from === undefined ? plusDays(end, -DEFAULT_DAYS) : dayOf("--from", from);
  if (start >= end) {
    throw new UsageError(
      `--to ${end} must be later than --from ${start}: it is the first day after.`,
    );
  }
  return { from: start, to: end };
}

function dayOf(option: string, text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // JavaScript would take the 31st of November for the 1st of December.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new UsageError(`${option} ${text}: give a day like 2026-11-21.`);
  }
  return text;
}

/** An ISO week: the one with the year's first Thursday is the first. */
function weekOf(text: string): Window {
  const [, year, number] = /^(\d{4})-W(\d\d)$/.exec(text) ?? [];
  const from = plusDays(
    periodStart("week", `${year ?? "2000"}-01-04`),
    7 * (Number(number ?? 0) - 1),
  );
  // The week's Thursday tells its year.
  if (number === undefined || Number(number) < 1 || !plusDays(from, 3).startsWith(year ?? "")) {
    throw new UsageError(`--week ${text}: give an ISO week like 2026-W47.`);
  }
  return { from, to: plusDays(from, 7) };
}

function monthOf(text: string): Window {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) {
    throw new UsageError(`--month ${text}: give a month like 2026-11.`);
  }
  const from = `${text}-01`;
  return { from, to: `${plusDays(from, 31).slice(0, 7)}-01` };
}

/** A day some days later, or earlier. */
function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
