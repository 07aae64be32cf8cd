import type { Command } from "commander";
import { addCommonOptions } from "./common-options.ts";
import { parseCount } from "./selection.ts";
import type { Surroundings } from "./surroundings.ts";
import { usersImport } from "./users/users-import.ts";
import { usersList } from "./users/users-list.ts";

/** All that is shown must be held; more is a question for SQL. */
const MOST_LISTED = 100_000;

/** Adds `tallyman users …`. */
export function addUsers(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  const users = program
    .command("users")
    .description("People that count as distinct users: import them, look at them.");

  addCommonOptions(users.command("import"))
    .summary("Add users from a CSV file.")
    .description(
      "Add users from a CSV file, so that they count with USER_DIRECTORY=closed. The file has a header with registry and username, in any order and beside other columns, or just these two columns without a header. Names are kept in lower case, as they compare without case. Harmless to repeat, and while workers run.",
    )
    .argument("<file>", "the file, or - for stdin")
    .option("--registry <label>", "the registry of all of them: the file needs only names then")
    .option("--dry-run", "check the file, tell how many would be added, and write nothing")
    .addHelpText(
      "after",
      "\nLines that are no users are named with their numbers and left out; then it exits with 1.\n\nExamples:\n  $ tallyman users import people.csv --dry-run\n  $ cut -d: -f1 htpasswd | tallyman users import - --registry harbour",
    )
    .action(async (file, options) => report(await usersImport(surroundings, file, options)));

  addCommonOptions(users.command("list"))
    .description("List users by registry and name.")
    .option("--registry <label>", "only users of this registry")
    .option("--search <text>", "only names with this text in them, in any case")
    .option("--limit <n>", "most users to list", parseCount("--limit", MOST_LISTED), 50)
    .addHelpText(
      "after",
      "\nExamples:\n  $ tallyman users list --registry harbour\n  $ tallyman users list --search mira --json",
    )
    .action(async (options) => report(await usersList(surroundings, options)));
}
