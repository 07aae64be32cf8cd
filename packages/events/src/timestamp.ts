/**
 * Times are kept as text `YYYY-MM-DDTHH:MM:SS.ffffffZ`: always UTC, always 27 characters, so that they compare as text
 * and keep their microseconds, which a JavaScript Date would lose.
 */
const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** What nearly all registries send: UTC, in a way and on a day that need no calendar to be known to exist. */
const PLAIN =
  /^((?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?Z$/;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Reads an RFC 3339 time with up to nine fraction digits and any offset. Digits after the sixth are dropped, not
 * rounded, so that 23:59:59.999999999 stays in its day; second 60 is the last microsecond of second 59.
 *
 * @returns the time in UTC, or undefined when the text is no time that exists
 */
export function parseTimestamp(text: string): string | undefined {
  const match = PLAIN.exec(text);
  return match === null
    ? parseAnyTimestamp(text)
    : `${match[1]}.${(match[2] ?? "").slice(0, 6).padEnd(6, "0")}Z`;
}

function parseAnyTimestamp(text: string): string | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const offset = offsetMs(match[8], match[9], match[10]);
  if (offset === undefined) return undefined;

  const leap = second === 60;
  const date = new Date(0);
  // setUTCFullYear, because Date.UTC reads the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, leap ? 59 : second);

  const utc = new Date(date.getTime() - offset);
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) return undefined;
  const micros = leap ? "999999" : (match[7] ?? "").slice(0, 6).padEnd(6, "0");
  return `${utc.toISOString().slice(0, 19)}.${micros}Z`;
}

function offsetMs(
  sign: string | undefined,
  hours: string | undefined,
  minutes: string | undefined,
): number | undefined {
  if (sign === undefined) return 0;
  const [h, m] = [Number(hours), Number(minutes)];
  if (h > 23 || m > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (h * 60 + m) * MINUTE_MS;
}

/** A time of ours (ISO 8601 with milliseconds, as `Date.toISOString` writes it) in the 27-character form. */
export function fromIsoMillis(iso: string): string {
  return `${iso.slice(0, 23)}000Z`;
}

/** The same time one day later. */
function oneDayAfter(timestamp: string): string {
  const later = new Date(Date.parse(`${timestamp.slice(0, 23)}Z`) + DAY_MS).toISOString();
  return later.slice(0, 23) + timestamp.slice(23);
}

export interface OccurredAt {
  readonly occurredAt: string;
  readonly timestampSource: "event" | "received";
}

/**
 * When the event happened. The sender's time counts unless it is absent, unreadable, the zero time of Go
 * (0001-01-01), or more than 24 h ahead of our clock; then the time of receipt does.
 *
 * @param timestamp the wire's value, of any type
 * @param receivedAt time of receipt in the 27-character form
 */
export function occurredAt(timestamp: unknown, receivedAt: string): OccurredAt {
  const parsed = typeof timestamp === "string" ? parseTimestamp(timestamp) : undefined;
  const usable =
    parsed !== undefined &&
    !String(timestamp).startsWith("0001-01-01") &&
    !parsed.startsWith("0001-01-01") &&
    (parsed <= receivedAt || parsed <= oneDayAfter(receivedAt));
  return usable
    ? { occurredAt: parsed, timestampSource: "event" }
    : { occurredAt: receivedAt, timestampSource: "received" };
}
