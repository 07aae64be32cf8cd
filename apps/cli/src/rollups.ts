import type { Command } from "commander";
import { addCommonOptions } from "./common-options.ts";
import { rollupsRebuild } from "./rollups-rebuild.ts";
import { rollupsVerify } from "./rollups-verify.ts";
import { parseCount } from "./selection.ts";
import type { Surroundings } from "./surroundings.ts";

/** Most differences of one table that are shown; they must be held. */
const MOST_SHOWN = 10_000;

/** Adds `tallyman rollups …`. */
export function addRollups(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  const rollups = program
    .command("rollups")
    .description("The numbers that are kept up to date: prove them, or make them anew.");

  addCommonOptions(rollups.command("verify"))
    .description(
      "Count every rollup once more from tracking_events and name each difference; check the ledger against the tables. Looks at one moment, so that workers may run.",
    )
    .option(
      "--show <n>",
      "most differences to show of each table",
      parseCount("--show", MOST_SHOWN),
      10,
    )
    .addHelpText(
      "after",
      "\nExits with 1 when anything differs.\n\nExamples:\n  $ tallyman rollups verify\n  $ tallyman rollups verify --show 100 --json",
    )
    .action(async (options) => report(await rollupsVerify(surroundings, options)));

  addCommonOptions(rollups.command("rebuild"))
    .description(
      "Make every rollup (not the ledger) what tracking_events says, in one transaction. Only rows that differ are written. Workers may run: their batches wait until it is done, and readers see the old numbers until then. Needs the login that migrates.",
    )
    .option("--dry-run", "tell what would be changed; wait for nobody and write nothing")
    .option(
      "--accept-missing-events",
      "rebuild although rows of tracking_events that the ledger has counted are gone",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ tallyman rollups rebuild --dry-run\n  $ tallyman rollups rebuild",
    )
    .action(async (options) => report(await rollupsRebuild(surroundings, options)));
}
