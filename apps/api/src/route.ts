import type { z } from "zod";
import type { Database } from "./database.ts";
import { readParameters } from "./parameters.ts";
import type { AnswerType } from "./send-answer.ts";

/** What answers are made from. */
export interface Source {
  readonly database: Database;
  /** The current UTC day, `YYYY-MM-DD`. */
  readonly today: () => string;
}

/** The rows of an answer, for those who want a table. */
export interface Table {
  /** Each row's names, which are the columns. */
  readonly row: z.ZodObject;
  readonly rowsOf: (answer: object) => readonly object[];
}

/** One question that the api answers. */
export interface Route {
  /** As OpenAPI has it, `/api/v1/repositories/{registry}/{repository}`. */
  readonly path: string;
  /** For people, in the index. */
  readonly question: string;
  /** What else there is to know. */
  readonly description: string;
  /** Path and query with which it can be tried. */
  readonly example: string;
  /** Of the path and of the query. */
  readonly parameters: z.ZodObject;
  readonly response: z.ZodType;
  /** Absent where the answer is no table. */
  readonly table?: Table;
  /** Media types of the answer, the usual one first; absent: JSON, and CSV where there is a table. */
  readonly types?: readonly AnswerType[];
  /**
   * @param query as Express has it
   * @param path the decoded parts of the path by name
   * @throws ParameterError when the request is at fault, NotFoundError when nothing is known of what the path names
   */
  readonly answer: (query: object, path: object, source: Source) => Promise<object>;
}

export interface RouteDefinition<
  Schema extends z.ZodObject,
  Response extends z.ZodType<object>,
  Row extends z.ZodObject,
> {
  readonly path: string;
  readonly question: string;
  readonly description?: string;
  readonly example?: string;
  readonly parameters: Schema;
  readonly response: Response;
  readonly table?: {
    readonly row: Row;
    readonly rowsOf: (answer: z.input<Response>) => readonly z.input<Row>[];
  };
  readonly types?: readonly AnswerType[];
  readonly answer: (parameters: z.infer<Schema>, source: Source) => Promise<z.input<Response>>;
}

/** Makes a route whose parameters are read by their schema before it answers. */
export function defineRoute<
  Schema extends z.ZodObject,
  Response extends z.ZodType<object>,
  Row extends z.ZodObject,
>(definition: RouteDefinition<Schema, Response, Row>): Route {
  const { path, description = "", example = path, parameters, answer, table } = definition;
  return {
    ...definition,
    description,
    example,
    // Only this route's own answers come back to it.
    ...(table === undefined ? {} : { table: table as unknown as Table }),
    answer: (query, pathParts, source) =>
      answer(readParameters(parameters, query, pathParts), source),
  } as Route;
}

/** Names of the parts of a path that stand in braces. */
export function pathParameterNames(path: string): string[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name as string);
}
