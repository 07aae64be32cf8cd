import { stringify as toCsvText } from "csv-stringify/sync";
import type { Request, Response } from "express";
import { stringify as toYaml } from "yaml";
import { NotAcceptableError } from "./errors.ts";
import type { Route, Table } from "./route.ts";

export const JSON_TYPE = "application/json";
export const CSV_TYPE = "text/csv";
export const YAML_TYPE = "application/yaml";

export type AnswerType = typeof JSON_TYPE | typeof CSV_TYPE | typeof YAML_TYPE;

/** The forms in which an answer is given, the one first that those get who do not care. */
export function typesOf({ types, table }: Pick<Route, "types" | "table">): readonly AnswerType[] {
  return types ?? (table === undefined ? [JSON_TYPE] : [JSON_TYPE, CSV_TYPE]);
}

/**
 * The form in which a request wants its answer.
 *
 * @throws NotAcceptableError when it wants one that there is not
 */
export function typeOf(request: Request, route: Pick<Route, "types" | "table">): AnswerType {
  const offered = typesOf(route);
  const accepted = request.accepts([...offered]);
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
  if (type === YAML_TYPE) {
    response.type(`${YAML_TYPE}; charset=utf-8`).send(toYaml(answer));
  } else if (type === CSV_TYPE && table !== undefined) {
    response.type(`${CSV_TYPE}; charset=utf-8; header=present`).send(toCsv(table, answer));
  } else {
    response.json(answer);
  }
}

/**
 * A table as RFC 4180 has it. Null is an empty cell. Text that a spreadsheet would run as a formula, which it is when
 * it begins with = + - @ or a tabulator, gets an apostrophe in front: names of users and tags are anybody's to choose.
 */
export function toCsv({ row, rowsOf }: Table, answer: object): string {
  return toCsvText([...rowsOf(answer)], {
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
