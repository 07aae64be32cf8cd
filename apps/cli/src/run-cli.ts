import { createRequire } from "node:module";
import { ConfigError } from "@tallyman/runtime";
import { Command, CommanderError } from "commander";
import { addDoctor } from "./doctor.ts";
import { addCompletion } from "./completion.ts";
import { addEraseUser } from "./erase-user.ts";
import { addExport } from "./export.ts";
import { addImportLog } from "./import-log.ts";
import { addReport } from "./report.ts";
import { addImportRepositories } from "./import-repositories.ts";
import { addRejected } from "./rejected.ts";
import { addRetention } from "./retention.ts";
import { addRollups } from "./rollups.ts";
import { addSendSample } from "./send-sample.ts";
import { addUsers } from "./users.ts";
import { explain } from "./explain.ts";
import { EXIT, UsageError, type Surroundings } from "./surroundings.ts";

/**
 * Runs one command line.
 *
 * @returns the exit code: 0 when all is well, 1 for a failure or a difference, 2 for wrong use
 */
export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram(surroundings, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    surroundings.stderr.write(`${explain(error)}\n`);
    return error instanceof UsageError || error instanceof ConfigError ? EXIT.usage : EXIT.failure;
  }
}

const { version: VERSION } = createRequire(import.meta.url)("../package.json") as {
  readonly version: string;
};

/** Where nobody tells how wide a line may be. */
const HELP_WIDTH = 80;

/** All commands. @param report hears the exit code of the one that was run */
export function createProgram(
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): Command {
  const { stdout, stderr } = surroundings;
  const program = new Command("tallyman")
    .description("Looks after what Tallyman has counted.")
    .version(VERSION, "-V, --version", "tell the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => stderr.columns ?? HELP_WIDTH,
    })
    .showHelpAfterError("(--help tells how to use it)");
  addDoctor(program, surroundings, report);
  addRejected(program, surroundings, report);
  addRollups(program, surroundings, report);
  addSendSample(program, surroundings, report);
  addUsers(program, surroundings, report);
  addReport(program, surroundings, report);
  addRetention(program, surroundings, report);
  addEraseUser(program, surroundings, report);
  addImportLog(program, surroundings, report);
  addExport(program, surroundings, report);
  addImportRepositories(program, surroundings, report);
  addCompletion(program);
  program.addHelpText("after", HELP);
  return program;
}

const HELP = `
The database is that of DATABASE_URL (or DATABASE_URL_FILE), as for the worker. An option would show in the list of
processes. Exit codes: 0 all is well, 1 a failure or a difference, 2 wrong use.

Examples:
  $ export DATABASE_URL=postgres://user:password@host:5432/tallyman
  $ tallyman rejected list --since 7d
  $ tallyman rejected replay --all --reason action_unknown --dry-run
  $ tallyman rollups verify --json`;
