import type { Command } from "commander";

/** Options of every command. */
export function addCommonOptions(command: Command): Command {
  return command
    .option("--json", "answer with one JSON document")
    .option("--database-url <url>", "the database, instead of DATABASE_URL");
}
