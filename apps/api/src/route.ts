import type { z } from "zod";
import type { Database } from "./database.ts";
import { readParameters } from "./parameters.ts";

/** What answers are made from. */
export interface Source {
  readonly database: Database;
  /** The current UTC day, `YYYY-MM-DD`. */
  readonly today: () => string;
}

/** One question that the api answers. */
export interface Route {
  readonly path: string;
  /** For people, in the index. */
  readonly question: string;
  /** Query with which the index shows it, for parameters that it cannot do without. */
  readonly example: string;
  /** Descriptions by name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** @throws ParameterError when the query is at fault */
  readonly answer: (query: object, source: Source) => Promise<object>;
}

export interface RouteDefinition<Schema extends z.ZodObject> {
  readonly path: string;
  readonly question: string;
  readonly example?: string;
  readonly parameters: Schema;
  readonly answer: (parameters: z.infer<Schema>, source: Source) => Promise<object>;
}

/** Makes a route whose parameters are read by their schema before it answers. */
export function defineRoute<Schema extends z.ZodObject>(
  definition: RouteDefinition<Schema>,
): Route {
  const { path, question, example = "", parameters, answer } = definition;
  const descriptions = Object.entries(parameters.shape).map(
    ([name, field]) => [name, (field as z.ZodType).description ?? ""] as const,
  );
  return {
    path,
    question,
    example,
    parameters: Object.fromEntries(descriptions),
    answer: (query, source) => answer(readParameters(parameters, query), source),
  };
}
