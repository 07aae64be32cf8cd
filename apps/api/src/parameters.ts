import { METRICS, type Metric } from "@tallyman/events";
import { z } from "zod";
import { ParameterError, type ParameterFault } from "./errors.ts";
import { metricNamed } from "./gitlab/metric-names.ts";

/** Longer than anything that is stored, short enough to be harmless. */
const MAX_TEXT = 1_024;

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** Text to compare with. Postgres cannot hold NUL in text, so nothing could ever be equal to it. */
export const TEXT = z
  .string()
  .max(MAX_TEXT, `must have at most ${MAX_TEXT} characters`)
  .refine((text) => !text.includes("\0"), "must not hold a NUL character");

const LABEL = z
  .string()
  .regex(
    /^[a-z0-9._-]{1,255}$/,
    'must be the label of a registry: lower-case letters, digits, ".", "_" and "-"',
  );

export const REGISTRY = LABEL.optional().describe(
  "label of a registry; without it, all registries",
);

/** Parts of paths. */
export const REGISTRY_PART = LABEL.describe("label of the registry").meta({ examples: ["hub"] });
export const REPOSITORY_PART = TEXT.describe(
  "path of the repository, percent-encoded: team%2Fweb",
).meta({ examples: ["team/web"] });
export const ACTOR_PART = TEXT.describe("name of the actor, in any case, percent-encoded").meta({
  examples: ["ann"],
});

/** How many rows, with the number for those who do not say. */
export function limitOf(usual: number) {
  return z
    .string()
    .default(String(usual))
    .refine(
      (text) => /^[0-9]{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_LIMIT,
      `must be a whole number from 1 to ${MAX_LIMIT}`,
    )
    .transform(Number)
    .describe(`rows at most, up to ${MAX_LIMIT}; without it, ${usual}`)
    .meta({ instead: { type: "integer", minimum: 1, maximum: MAX_LIMIT, default: usual } });
}

export const LIMIT = limitOf(DEFAULT_LIMIT);

/** A yes or no. */
export const FLAG = z
  .enum(["true", "false"], "must be true or false")
  .default("false")
  .transform((text) => text === "true")
  .meta({ instead: { type: "boolean", default: false } });

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, `must be one of ${words.join(", ")}`);
}

const METRIC_FAULT = `must be one of ${METRICS.join(", ")}, or several of them separated by commas`;

/** One metric or several, `metric=a,b` or `metric=a&metric=b`, by our names or GitLab's; each counts once. */
export const METRIC_LIST = z
  .union([z.string(), z.array(z.string())], METRIC_FAULT)
  .transform((given, context): Metric[] => {
    const names = [given].flat().flatMap((text) => text.split(","));
    const metrics = [...new Set(names.map(metricNamed))];
    if (metrics.every((metric) => metric !== undefined)) return metrics;
    context.addIssue({ code: "custom", message: METRIC_FAULT });
    return z.NEVER;
  })
  .meta({
    instead: {
      type: "array",
      items: { type: "string", enum: METRICS },
      minItems: 1,
      examples: [["any_write"]],
    },
  });

export const ORDER = oneOf(["asc", "desc"])
  .optional()
  .describe("asc or desc; without it, names rise and everything else falls; never is the earliest");

/**
 * Reads the parameters of a request. An empty value counts as absent, as it does in the environment.
 *
 * @param query as Express has it: text by name, a list where a name is repeated
 * @param path the decoded parts of the path by name
 * @throws ParameterError with every fault found; names that the schema does not have are faults
 */
export function readParameters<Schema extends z.ZodObject>(
  schema: Schema,
  query: object,
  path: object = {},
): z.infer<Schema> {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  const asked = Object.keys(schema.shape).filter((name) => !Object.hasOwn(path, name));
  const misplaced = given.filter(([name]) => Object.hasOwn(path, name));
  const result = schema.strict().safeParse({ ...Object.fromEntries(given), ...path });
  if (result.success && misplaced.length === 0) return result.data as z.infer<Schema>;
  const repeated = new Set(given.filter(([, value]) => Array.isArray(value)).map(([name]) => name));
  throw new ParameterError([
    ...misplaced.map(([name]) => unknown(name, asked)),
    ...(result.error?.issues ?? []).flatMap((issue) => faultsOf(issue, repeated, asked)),
  ]);
}

function faultsOf(
  issue: z.core.$ZodIssue,
  repeated: ReadonlySet<string>,
  allowed: readonly string[],
): ParameterFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((parameter) => unknown(parameter, allowed));
  }
  const parameter = String(issue.path[0] ?? "");
  return [{ parameter, detail: repeated.has(parameter) ? "must be given once" : issue.message }];
}

function unknown(parameter: string, allowed: readonly string[]): ParameterFault {
  const known = allowed.length === 0 ? "there are none here" : `known are ${allowed.join(", ")}`;
  return { parameter, detail: `is unknown; ${known}` };
}
