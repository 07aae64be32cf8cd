import { periodStart, type Period } from "@tallyman/events";
import { z } from "zod";
import { ParameterError } from "./errors.ts";

/** A window of UTC days; `to` is the first day after it. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** Longest window of answers that have rows per day, about ten years: they are made in memory. */
export const MAX_DAYS = 3_660;

const DAY_MS = 86_400_000;

/** Postgres and JavaScript agree on these dates, also on their neighbours. */
const EARLIEST = "1000-01-01";
const LATEST = "8999-12-31";

const DATE_FAULT = "must be a date like 2026-01-31";

/** A UTC day, `YYYY-MM-DD`. */
export const DATE = z.iso
  .date({ error: DATE_FAULT, abort: true })
  .refine(
    (date) => date >= EARLIEST && date <= LATEST,
    `must lie between ${EARLIEST} and ${LATEST}`,
  );

/** Each question describes it with its own default. */
export const FROM = DATE.optional();
export const TO = DATE.optional().describe(
  "first UTC day after the window; without it, tomorrow, so that today is the last day",
);

const MOMENT_FAULT =
  "must be a date like 2026-01-31 or a time like 2026-01-31T12:00:00Z (a + in its offset is written %2B)";

/** A UTC day, which stands for its first instant, or a time with its offset. */
const MOMENT = z
  .union([DATE, z.iso.datetime({ offset: true, error: MOMENT_FAULT, abort: true })], MOMENT_FAULT)
  .refine((text) => text >= EARLIEST && text.slice(0, LATEST.length) <= LATEST, MOMENT_FAULT)
  .transform((text) => (text.includes("T") ? text : `${text}T00:00:00Z`))
  .meta({ instead: { type: "string", examples: ["2026-01-31"] } });

/** Each question describes it with its own default. */
export const MOMENT_FROM = MOMENT.optional();
export const MOMENT_TO = MOMENT.optional().describe(
  "the UTC day or the time before which it happened; without it, tomorrow, so that today is the last day",
);

export interface WindowDefaults {
  /** The current UTC day. */
  readonly today: string;
  /** Length of the window when no `from` is given. */
  readonly days: number;
  /** Longest window, where the answer grows with it. */
  readonly maxDays?: number;
}

/**
 * The window that a request asks for, with what it left open filled in.
 *
 * @throws ParameterError when it is empty or too long
 */
export function windowOf(
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  { today, days, maxDays = Infinity }: WindowDefaults,
): Window {
  const to = asked.to ?? addDays(today, 1);
  const from = asked.from ?? addDays(to, -days);
  if (from >= to) {
    const parameter = asked.to === undefined ? "from" : "to";
    const detail =
      parameter === "to" ? `must be later than from (${from})` : `must be before ${to}`;
    throw new ParameterError([{ parameter, detail }]);
  }
  if ((Date.parse(to) - Date.parse(from)) / DAY_MS > maxDays) {
    const detail = `must be at most ${maxDays} days before ${to}; ask for a long time in several windows`;
    throw new ParameterError([{ parameter: "from", detail }]);
  }
  return { from, to };
}

/** The same for a window that begins and ends at any time. @throws ParameterError when it is empty */
export function momentsOf(
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  { today, days }: WindowDefaults,
): Window {
  const to = asked.to ?? `${addDays(today, 1)}T00:00:00Z`;
  const from = asked.from ?? new Date(Date.parse(to) - days * DAY_MS).toISOString();
  if (Date.parse(from) < Date.parse(to)) return { from, to };
  const parameter = asked.to === undefined ? "from" : "to";
  const detail = parameter === "to" ? `must be later than from (${from})` : `must be before ${to}`;
  throw new ParameterError([{ parameter, detail }]);
}

/** The smallest window of whole periods that holds the given one. */
export function wholePeriods(window: Window, period: Period): Window {
  const last = periodStart(period, addDays(window.to, -1));
  // From the first day of a month 31 days reach into the next one but never past it.
  const length = { day: 1, week: 7, month: 31 }[period];
  return {
    from: periodStart(period, window.from),
    to: periodStart(period, addDays(last, length)),
  };
}

/** SQL of the instant at which a UTC day begins. @param day SQL of a text or date */
export function startOfDay(day: string): string {
  return `(${day}::date)::timestamp at time zone 'UTC'`;
}

/** The UTC day of a time. */
export function utcDay(time: Date): string {
  return time.toISOString().slice(0, 10);
}

export function addDays(date: string, days: number): string {
  return utcDay(new Date(Date.parse(date) + days * DAY_MS));
}
