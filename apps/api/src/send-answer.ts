import { stringify } from "csv-stringify/sync";
import type { Request, Response } from "express";
import { NotAcceptableError } from "./errors.ts";
import type { Route, Table } from "./route.ts";

export const JSON_TYPE = "application/json";
export const CSV_TYPE = "text/csv";

export type AnswerType = typeof JSON_TYPE | typeof CSV_TYPE;

/**
 * The form in which a request wants its answer; JSON when it does not care.
 *
 * @throws NotAcceptableError when it wants one that there is not
 */
export function typeOf(request: Request, { table }: Pick<Route, "table">): AnswerType {
  const offered = table === undefined ? [JSON_TYPE] : [JSON_TYPE, CSV_TYPE];
  const accepted = request.accepts(offered);
  if (accepted !== false) return accepted as AnswerType;
  throw new NotAcceptableError(`Send Accept: ${offered.join(" or Accept: ")}.`);
}

/** Sends an answer with a weak ETag of its content; Express compares it with If-None-Match and answers 304. */
export function sendAnswer(
  request: Request,
  response: Response,
  { type, table, answer }: { type: AnswerType; table: Table | undefined; answer: object },
): void {
  const { next_cursor: cursor } = answer as { next_cursor?: string | null };
  if (typeof cursor === "string") response.links({ next: nextPage(request.originalUrl, cursor) });
  if (type === JSON_TYPE || table === undefined) {
    response.json(answer);
  } else {
    response.type(`${CSV_TYPE}; charset=utf-8; header=present`);
    response.send(toCsv(table, answer));
  }
}

/**
 * A table as RFC 4180 has it. Null is an empty cell. Text that a spreadsheet would run as a formula, which it is when
 * it begins with = + - @ or a tabulator, gets an apostrophe in front: names of users and tags are anybody's to choose.
 */
export function toCsv({ row, rowsOf }: Table, answer: object): string {
  return stringify([...rowsOf(answer)], {
    header: true,
    columns: Object.keys(row.shape),
    record_delimiter: "windows",
    escape_formulas: true,
    cast: { boolean: String },
  });
}

function nextPage(url: string, cursor: string): string {
  const [path = "", query] = url.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set("cursor", cursor);
  return `${path}?${parameters.toString()}`;
}
