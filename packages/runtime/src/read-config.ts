import { readFileSync } from "node:fs";
import type { z } from "zod";

/** The environment of a process, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** All faults of a configuration at once, so that nobody has to find them one by one. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/**
 * Reads a configuration from the environment. Each name can also be given as NAME_FILE, the path of a file that holds
 * the value. An empty value counts as absent.
 *
 * @throws ConfigError with every fault found
 */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment,
): Readonly<z.infer<Schema>> {
  const faults: string[] = [];
  const values: Record<string, string> = {};
  const unreadable = new Set<string>();
  for (const name of Object.keys(schema.shape)) {
    const before = faults.length;
    const value = readValue(name, environment, faults);
    if (value !== undefined) values[name] = value;
    if (faults.length > before) unreadable.add(name);
  }
  const result = schema.safeParse(values);
  if (!result.success) {
    for (const issue of result.error.issues) {
      const name = String(issue.path[0] ?? "");
      // It is there, and what is wrong with it has been told.
      if (unreadable.has(name)) continue;
      faults.push(
        values[name] === undefined
          ? `${name} is not set. ${describe(schema, name)}`
          : `${name}: ${issue.message}`,
      );
    }
  }
  if (!result.success || faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(result.data);
}

function readValue(name: string, environment: Environment, faults: string[]): string | undefined {
  const value = environment[name];
  const file = environment[`${name}_FILE`];
  if (!file) return value === "" ? undefined : value;
  if (value) {
    faults.push(`${name} and ${name}_FILE are both set; set only one.`);
    return undefined;
  }
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch (error) {
    faults.push(`${name}_FILE: cannot read ${file} (${(error as NodeJS.ErrnoException).code}).`);
    return undefined;
  }
}

function describe(schema: z.ZodObject, name: string): string {
  return schema.shape[name]?.description ?? "";
}
