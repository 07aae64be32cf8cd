import { Option, type Command } from "commander";
import { rejectedDiscard } from "./rejected-discard.ts";
import { rejectedList } from "./rejected-list.ts";
import { rejectedReplay } from "./rejected-replay.ts";
import { rejectedShow } from "./rejected-show.ts";
import { addCommonOptions } from "./common-options.ts";
import { parseCount, parseReason, parseSince } from "./selection.ts";
import type { Surroundings } from "./surroundings.ts";

/** All that is shown must be held; more is a question for SQL. */
const MOST_LISTED = 10_000;

/** Adds `tallyman rejected …`. */
export function addRejected(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  const rejected = program
    .command("rejected")
    .description(
      "Events that could not be counted: look at them, count them after all, or give them up.",
    );

  withFilters(addCommonOptions(rejected.command("list")))
    .description("List rejected events, the latest first.")
    .option("--all", "also those that were replayed or discarded")
    .option("--limit <n>", "most events to list", parseCount("--limit", MOST_LISTED), 50)
    .addHelpText(
      "after",
      "\nExamples:\n  $ tallyman rejected list\n  $ tallyman rejected list --registry harbour --reason action_unknown --since 7d --json",
    )
    .action(async (options) => report(await rejectedList(surroundings, options)));

  addCommonOptions(rejected.command("show"))
    .description("Show one rejected event with its payload.")
    .argument("<id>", "its number")
    .addHelpText("after", "\nExample:\n  $ tallyman rejected show 17")
    .action(async (id, options) => report(await rejectedShow(surroundings, id, options)));

  withFilters(addCommonOptions(rejected.command("replay")))
    .description(
      "Read rejected events again with this version, and count those that it understands, once, on the day they were received. In the ledger they move from rejected to tracked, or to duplicates when they were counted meanwhile. Harmless to repeat, and while workers run. Set USER_DIRECTORY, ACTOR_NAMES and ACTOR_NAMES_KEY as the workers have them.",
    )
    .argument("[ids...]", "numbers of rejected events")
    .option("--all", "all open events that fit --registry, --reason and --since")
    .option("--dry-run", "tell what would become of them and write nothing")
    .addHelpText(
      "after",
      "\nExits with 1 when an event stays rejected.\n\nExamples:\n  $ tallyman rejected replay 17 18\n  $ tallyman rejected replay --all --reason action_unknown --dry-run",
    )
    .action(async (ids, options) => report(await rejectedReplay(surroundings, ids, options)));

  withFilters(addCommonOptions(rejected.command("discard")))
    .description(
      "Give rejected events up: their payloads are removed for good. They were received, so they stay in the ledger as rejected.",
    )
    .argument("[ids...]", "numbers of rejected events")
    .option("--all", "all open events that fit --registry, --reason and --since")
    .option("--dry-run", "tell how many there are and write nothing")
    .addHelpText(
      "after",
      "\nExamples:\n  $ tallyman rejected discard 17\n  $ tallyman rejected discard --all --reason not_json --dry-run",
    )
    .action(async (ids, options) => report(await rejectedDiscard(surroundings, ids, options)));
}

function withFilters(command: Command): Command {
  return command
    .option("--registry <label>", "only events of this registry")
    .option("--reason <reason>", "only events rejected for this reason", parseReason)
    .addOption(
      new Option(
        "--since <time>",
        "only events received since: a day, a time (UTC), or 30m, 12h, 7d ago",
      ).argParser((text) => parseSince(text)),
    );
}
