import type { ActionCounts, Activity } from "../answers.ts";
import { periodOf, type Unit, type Window } from "../days.ts";
import { type Count } from "../format.ts";

/** One day's events of one action, as the api gives them for a repository or a person. */
export interface DailyRow {
  readonly day: string;
  readonly action: string;
  readonly events: Count;
  readonly bytes: Count;
  readonly repositories_created?: Count;
}

/** Days added up to weeks or months, in the form of the api's activity. The window is widened to whole periods. */
export function perPeriod(unit: Unit, { from, to }: Window, days: readonly DailyRow[]): Activity {
  const periods = new Map<string, Record<string, ActionCounts>>();
  for (const { day, action, events, bytes, repositories_created = 0 } of days) {
    const start = periodOf(unit, day).from;
    const actions = periods.get(start) ?? {};
    const before = Object.hasOwn(actions, action) ? actions[action] : undefined;
    actions[action] = {
      events: add(before?.events, events),
      bytes: add(before?.bytes, bytes),
      repositories_created: add(before?.repositories_created, repositories_created),
    };
    periods.set(start, actions);
  }
  return {
    from,
    to,
    periods: [...periods].map(([period_start, actions]) => ({ period_start, actions })),
  };
}

/** Whole weeks or months: half of one would look like a fall. */
export function wholePeriods(unit: Unit, { from, to }: Window): Window {
  const lastDay = new Date(Date.parse(to) - 1).toISOString().slice(0, 10);
  return { from: periodOf(unit, from).from, to: periodOf(unit, lastDay).to };
}

function add(a: Count = 0, b: Count = 0): Count {
  return String(BigInt(a) + BigInt(b));
}
