/**
 * Text rules of the wire. An empty string, `null` and a missing key all mean *absent*: registries of the 3.x
 * generation send empty strings where 2.x left the key out.
 */

export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object with fields, or undefined for anything else (arrays and null included). */
export function asObject(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

/** True when the value means "not there". */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** True when Postgres can hold the text: no NUL and no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Describing text made storable: what Postgres cannot hold becomes U+FFFD, what is too long is cut. */
export function cleanText(text: string, limit: number): string {
  const cut = text.length > limit ? text.slice(0, limit) : text;
  return cut.toWellFormed().replaceAll("\0", "\u{fffd}");
}

/** A describing field: its cleaned text, or null when it is absent or is not text. */
export function describingText(value: unknown, limit: number): string | null {
  return typeof value === "string" && value !== "" ? cleanText(value, limit) : null;
}

/** True when the text has more than `limit` characters (Unicode code points). */
export function isLongerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  if (text.length > 2 * limit) return true;
  let characters = 0;
  for (const _ of text) characters++;
  return characters > limit;
}
