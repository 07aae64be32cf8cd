import type { RejectedSelection } from "@tallyman/database";
import { REJECTION_REASONS } from "@tallyman/events";
import { UsageError } from "./surroundings.ts";

/** Options that say which rejected events are meant. */
export interface SelectionOptions {
  readonly all?: boolean;
  readonly registry?: string;
  readonly reason?: string;
  readonly since?: string;
}

/** The rejected events of a command line: numbers, or --all with filters. */
export function selectionOf(ids: readonly string[], options: SelectionOptions): RejectedSelection {
  const { all, registry, reason, since } = options;
  if (all === true) {
    if (ids.length > 0) throw new UsageError("Give either numbers or --all.");
    return { filter: { registry, reason, since } };
  }
  if (ids.length === 0) {
    throw new UsageError(
      "Give the numbers of events (tallyman rejected list shows them), or --all.",
    );
  }
  if ((registry ?? reason ?? since) !== undefined) {
    throw new UsageError("--registry, --reason and --since go with --all, not with numbers.");
  }
  return { ids: ids.map(parseId) };
}

/** The number of a rejected event. */
export function parseId(text: string): number {
  const id = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(id)) {
    throw new UsageError(
      `"${text}" is no number of a rejected event; tallyman rejected list shows them.`,
    );
  }
  return id;
}

/** Why events are rejected: a word of `rejected_events.reason`. */
export function parseReason(text: string): string {
  if ((REJECTION_REASONS as readonly string[]).includes(text)) return text;
  throw new UsageError(
    `--reason ${text}: nothing is rejected for that. Take one of: ${REJECTION_REASONS.join(", ")}.`,
  );
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A day, a time (UTC unless it says otherwise), or how long ago: 30m, 12h, 7d. As ISO 8601 in UTC. */
export function parseSince(
  text: string,
  now: number = Date.now(),
  option: string = "--since",
): string {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) {
    return new Date(now - Number(amount) * (UNITS[unit] ?? 0)).toISOString();
  }
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[+-]\d\d:\d\d)?)?$/i.exec(
      text,
    ) ?? [];
  const parsed = day === undefined ? NaN : Date.parse(`${day}T${time ?? "00:00"}${zone ?? "Z"}`);
  if (Number.isNaN(parsed)) {
    throw new UsageError(
      `${option} ${text}: give a day (2026-11-21), a time (2026-11-21T10:00Z) or how long ago (30m, 12h, 7d).`,
    );
  }
  return new Date(parsed).toISOString();
}

/** A whole number from a smallest to a largest one. */
export function parseCount(
  name: string,
  largest: number,
  smallest: number = 0,
): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count < smallest || count > largest) {
      throw new UsageError(`${name} must be a whole number from ${smallest} to ${largest}.`);
    }
    return count;
  };
}

/** A registry's label, as NOTIFICATION_SECRETS has it. */
export function parseLabel(text: string): string {
  if (!/^[a-z0-9._-]+$/.test(text)) {
    throw new UsageError(
      `--registry ${text}: a label has lower-case letters, digits, ".", "_" and "-" only.`,
    );
  }
  return text;
}
