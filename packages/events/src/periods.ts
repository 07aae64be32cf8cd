/** Calendar periods of distinct users: UTC days, ISO weeks (from Monday) and calendar months. */
export const PERIODS = ["day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];

const DAY_MS = 86_400_000;

/** The UTC day `YYYY-MM-DD` of a time in the 27-character form. */
export function dayOf(timestamp: string): string {
  return timestamp.slice(0, 10);
}

/** First day `YYYY-MM-DD` of the period that holds the given day. */
export function periodStart(period: Period, day: string): string {
  if (period === "day") return day;
  if (period === "month") return `${day.slice(0, 7)}-01`;
  const date = new Date(`${day}T00:00:00Z`);
  const daysSinceMonday = (date.getUTCDay() + 6) % 7;
  return new Date(date.getTime() - daysSinceMonday * DAY_MS).toISOString().slice(0, 10);
}
