import { z } from "zod";
import { ParameterError } from "./errors.ts";

/** The longest position holds a repository and a tag; anything longer is not from here. */
const MAX_LENGTH = 8_192;

const FAULT = "must be the next_cursor of an earlier answer to the same question";

/** A position in an ordered list as opaque text, fit for a URL: the sort values of the last row that was given. */
export function encodeCursor(position: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/**
 * The parameter that takes such a text back. Nobody signs it: who changes it sees another part of the list, which the
 * list would show anyway.
 *
 * @param position what a position of this list looks like
 */
export function cursorOf<Position>(position: z.ZodType<Position>) {
  return z
    .string()
    .transform((text, context): Position => {
      const parsed = position.safeParse(text.length > MAX_LENGTH ? undefined : decode(text));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: "custom", message: FAULT });
      return z.NEVER;
    })
    .optional()
    .describe("next_cursor of the answer before; without it, the beginning");
}

/** A page of rows, cut from one row more than was asked for, and where the next page begins. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => readonly unknown[],
): { readonly page: readonly Row[]; readonly next_cursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { page, next_cursor: more ? encodeCursor(positionOf(last)) : null };
}

/** @throws ParameterError when a cursor that begins with its sort and order belongs to another order of the list */
export function assertSameOrder(
  cursor: readonly unknown[] | undefined,
  [sort, order]: readonly [string, string],
): void {
  if (cursor === undefined || (cursor[0] === sort && cursor[1] === order)) return;
  const other = `sort=${String(cursor[0])}&order=${String(cursor[1])}`;
  const detail = `belongs to ${other}; ask with that, or without a cursor`;
  throw new ParameterError([{ parameter: "cursor", detail }]);
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
