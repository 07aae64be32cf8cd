import { z } from "zod";
import { pathParameterNames, type Route } from "./route.ts";
import { CSV_TYPE, typesOf, type AnswerType } from "./send-answer.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

const PROBLEM: JsonSchema = {
  type: "object",
  description: "What went wrong and what to do about it (RFC 9457).",
  required: ["type", "title", "status", "detail"],
  properties: {
    type: { type: "string", examples: ["about:blank"] },
    title: { type: "string", examples: ["Bad Request"] },
    status: { type: "integer", examples: [400] },
    detail: { type: "string", examples: ["limit: must be a whole number from 1 to 1000"] },
    errors: {
      type: "array",
      description: "Of 400: every parameter at fault.",
      items: {
        type: "object",
        required: ["parameter", "detail"],
        properties: { parameter: { type: "string" }, detail: { type: "string" } },
      },
    },
  },
};

const PROBLEMS: Readonly<Record<string, string>> = {
  400: "A parameter is at fault; all faults are named at once.",
  401: "No token, or none that the api knows.",
  403: "Without API_TOKENS the api answers to localhost and 127.0.0.1 only.",
  404: "Nothing is known of what the path names.",
  406: "There is no such form of this answer.",
  500: "A mistake of the api; its log tells.",
  503: "The database does not answer (Retry-After), or the answer took too long.",
};

/** The document of OpenAPI 3.1 that describes the routes, made of the schemas that read requests and type answers. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "Tallyman",
      version,
      summary: "What comes and goes at container registries, counted exactly.",
      description:
        "Everything is read with GET. Days, weeks (ISO) and months are UTC. An empty parameter counts as absent, an unknown one is refused. Lists go on with next_cursor, which is also the Link header. With Accept: text/csv tables come as CSV, and text that a spreadsheet might run gets an apostrophe in front. Every answer has an ETag for If-None-Match.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    // Without tokens the api asks for none.
    security: [{ bearer: [] }, {}],
    tags: [
      { name: "v1", description: "The questions" },
      { name: "v4", description: "GitLab's names for the same numbers" },
    ],
    paths: Object.fromEntries(routes.map((route) => [route.path, { get: operationOf(route) }])),
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "One of API_TOKENS" },
      },
      schemas: { Problem: PROBLEM },
      responses: Object.fromEntries(
        Object.entries(PROBLEMS).map(([status, description]) => [
          `Problem${status}`,
          {
            description,
            content: {
              "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
            },
          },
        ]),
      ),
    },
  };
}

function operationOf(route: Route): object {
  const { path, question, description, parameters } = route;
  const inPath = pathParameterNames(path);
  const missing = inPath.length === 0 ? [] : [404];
  return {
    operationId: operationIdOf(path),
    tags: [path.split("/")[2]],
    summary: question,
    description: [description, `For example: GET ${route.example}`].join("\n\n").trim(),
    parameters: Object.entries(parameters.shape).map(([name, field]) =>
      parameterOf(name, field as z.ZodType, inPath.includes(name)),
    ),
    responses: {
      200: {
        description: "The answer.",
        headers: {
          ETag: { description: "Weak, of the content.", schema: { type: "string" } },
          Link: { description: 'The next page of a list, rel="next".', schema: { type: "string" } },
        },
        content: Object.fromEntries(typesOf(route).map((type) => [type, contentOf(route, type)])),
      },
      304: { description: "The asker has the answer (If-None-Match)." },
      ...Object.fromEntries(
        [400, 401, 403, ...missing, 406, 500, 503].map((status) => [
          status,
          { $ref: `#/components/responses/Problem${status}` },
        ]),
      ),
    },
  };
}

function contentOf({ response, table }: Route, type: AnswerType): object {
  if (type !== CSV_TYPE) {
    const schema = toJsonSchema(response, "output");
    return { schema, example: exampleOf(schema) };
  }
  const columns = Object.keys(table?.row.shape ?? {}).join(",");
  return {
    schema: { type: "string", description: "RFC 4180, with a header" },
    example: `${columns}\r\n`,
  };
}

function parameterOf(name: string, field: z.ZodType, inPath: boolean): object {
  const { description = "", ...schema } = toJsonSchema(field, "input");
  const required = inPath || !field.safeParse(undefined).success;
  return {
    name,
    in: inPath ? "path" : "query",
    required,
    description,
    schema,
    // Swagger UI fills in what it knows; a parameter that may be left out stays empty.
    ...(required ? { example: exampleOf(schema) } : {}),
    ...(schema["type"] === "array" ? { style: "form", explode: false } : {}),
  };
}

/** `/api/v1/repositories/{registry}/{repository}` becomes `getRepositoriesByRegistryAndRepository`. */
function operationIdOf(path: string): string {
  const words = path
    .replace(/^\/api\/v[0-9]+\//, "")
    .replaceAll(/\/?\{(\w+)\}/g, "-by-$1")
    .split(/[^A-Za-z0-9]+/);
  return `get${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}`;
}

/** JSON Schema of a zod schema. Where transformed text is really a number or a list, `instead` says so. */
export function toJsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _schema, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { instead } = (z.globalRegistry.get(zodSchema) ?? {}) as { instead?: object };
      if (instead !== undefined) {
        const { description } = jsonSchema;
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        Object.assign(jsonSchema, instead, description === undefined ? {} : { description });
      }
      delete jsonSchema["instead"];
      // What every JSON number keeps to anyway, and calendars as regular expressions, tell nobody anything.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.format === "date") delete jsonSchema.pattern;
    },
  });
  return json;
}

/** An example of a schema, put together from those of its parts. */
export function exampleOf(schema: JsonSchema): unknown {
  const {
    examples,
    enum: words,
    anyOf,
    properties,
    items,
    type,
  } = schema as {
    examples?: unknown[];
    enum?: unknown[];
    anyOf?: JsonSchema[];
    properties?: Record<string, JsonSchema>;
    items?: JsonSchema;
    type?: unknown;
  };
  if (examples !== undefined) return examples[0];
  if (schema["const"] !== undefined) return schema["const"];
  if (words !== undefined) return words[0];
  if (anyOf !== undefined) return exampleOf(anyOf[0] ?? {});
  if (properties !== undefined) {
    return Object.fromEntries(
      Object.entries(properties).map(([name, part]) => [name, exampleOf(part)]),
    );
  }
  if (items !== undefined) return [exampleOf(items)];
  if (type === "boolean") return false;
  return type === "string" ? "text" : null;
}
