import { ConfigError, readConfig, type Environment } from "./read-config.ts";
import { redact } from "./redact.ts";
import type { z } from "zod";

/** A wrong configuration or wrong use, as opposed to 1, a failure. */
const EXIT_USAGE = 2;

export interface Program<Schema extends z.ZodObject> {
  readonly schema: Schema;
  /** Names of the settings that `--check-config` hides as a whole. */
  readonly secrets: readonly string[];
  readonly start: (config: Readonly<z.infer<Schema>>) => Promise<void>;
}

/**
 * Runs a process: reads its configuration, prints it when asked with `--check-config`, otherwise starts it. A faulty
 * configuration exits with 2, any other failure to start with 1.
 */
export async function runMain<Schema extends z.ZodObject>(
  program: Program<Schema>,
  environment: Environment = process.env,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  try {
    const config = readConfig(program.schema, environment);
    if (args.includes("--check-config")) {
      console.log(JSON.stringify(redact(config, program.secrets), null, 2));
    } else {
      await program.start(config);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(error instanceof ConfigError ? EXIT_USAGE : 1);
  }
}
