import { z } from "zod";
import { ParameterError, type ParameterFault } from "./errors.ts";

/** Longer than anything that is stored, short enough to be harmless. */
const MAX_TEXT = 1_024;

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** Text to compare with. Postgres cannot hold NUL in text, so nothing could ever be equal to it. */
export const TEXT = z
  .string()
  .max(MAX_TEXT, `must have at most ${MAX_TEXT} characters`)
  .refine((text) => !text.includes("\0"), "must not hold a NUL character");

export const REGISTRY = z
  .string()
  .regex(
    /^[a-z0-9._-]{1,255}$/,
    'must be the label of a registry: lower-case letters, digits, ".", "_" and "-"',
  )
  .optional()
  .describe("label of a registry; without it, all registries");

export const LIMIT = z
  .string()
  .default(String(DEFAULT_LIMIT))
  .refine(
    (text) => /^[0-9]{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_LIMIT,
    `must be a whole number from 1 to ${MAX_LIMIT}`,
  )
  .transform(Number)
  .describe(`rows at most, up to ${MAX_LIMIT}; without it, ${DEFAULT_LIMIT}`);

/**
 * Reads the query of a request. An empty value counts as absent, as it does in the environment.
 *
 * @param query as Express has it: text by name, a list where a name is repeated
 * @throws ParameterError with every fault found; names that the schema does not have are faults
 */
export function readParameters<Schema extends z.ZodObject>(
  schema: Schema,
  query: object,
): z.infer<Schema> {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  const result = schema.strict().safeParse(Object.fromEntries(given));
  if (result.success) return result.data as z.infer<Schema>;
  const repeated = new Set(given.filter(([, value]) => Array.isArray(value)).map(([name]) => name));
  throw new ParameterError(
    result.error.issues.flatMap((issue) => faultsOf(issue, repeated, Object.keys(schema.shape))),
  );
}

function faultsOf(
  issue: z.core.$ZodIssue,
  repeated: ReadonlySet<string>,
  allowed: readonly string[],
): ParameterFault[] {
  if (issue.code === "unrecognized_keys") {
    const known = allowed.length === 0 ? "there are none here" : `known are ${allowed.join(", ")}`;
    return issue.keys.map((parameter) => ({ parameter, detail: `is unknown; ${known}` }));
  }
  const parameter = String(issue.path[0] ?? "");
  return [{ parameter, detail: repeated.has(parameter) ? "must be given once" : issue.message }];
}
