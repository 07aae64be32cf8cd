import { eraseUser, type Erasure } from "@tallyman/database";
import type { Command } from "commander";
import { addCommonOptions } from "./common-options.ts";
import { counted, EXIT, print, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";

/** Adds `tallyman erase-user`. */
export function addEraseUser(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  addCommonOptions(program.command("erase-user"))
    .description(
      "Erase a person: a random name takes the place of theirs everywhere, for good; with ACTOR_NAMES and ACTOR_NAMES_KEY set as the workers have them, that of their pseudonym too. All numbers stay as they are. Without --yes it only tells what it would do. Workers may run: their batches wait until it is done. Needs the login that migrates.",
    )
    .argument("<name>", "the person's name, in any case")
    .requiredOption("--registry <label>", "the registry in which it is the name")
    .option("--yes", "do it")
    .addHelpText(
      "after",
      "\nExits with 1 when the name is nowhere.\n\nExamples:\n  $ tallyman erase-user --registry harbour mira\n  $ tallyman erase-user --registry harbour mira --yes",
    )
    .action(async (name, options) => report(await eraseUserCommand(surroundings, name, options)));
}

async function eraseUserCommand(
  surroundings: Surroundings,
  name: string,
  options: CommonOptions & { readonly registry: string; readonly yes?: boolean },
): Promise<number> {
  const { json = false, registry, yes = false } = options;
  const erasures: Erasure[] = [];
  await withDatabase(surroundings, options, async ({ client, agreedNames, progress }) => {
    const names = await agreedNames({ note: false });
    progress.show(yes ? "waiting for the batches under way, then erasing" : "looking for the name");
    // Names may have been recorded as they were before pseudonyms were wanted.
    for (const recorded of new Set([name, names.nameOf(registry, name) ?? name])) {
      const erasure = await eraseUser(client, { registry, name: recorded }, { dryRun: !yes });
      if (erasure.found) erasures.push(erasure);
    }
  });
  const found = erasures.length > 0;
  print(
    surroundings,
    json,
    { dryRun: !yes, found, erasures },
    found ? erasures.flatMap(describe) : [`The name is nowhere in ${registry}.`],
  );
  return found ? EXIT.ok : EXIT.failure;
}

function describe(erasure: Erasure): string[] {
  const { receipt, pseudonym, trackingEvents, repositoryActors, rejectedPayloads } = erasure;
  const { openRejected } = erasure;
  const open = openRejected === 0 ? "" : `, ${openRejected} of them open: they are discarded`;
  return [
    `${counted(trackingEvents, "tracking row")}: name replaced, client software and request ids removed`,
    `${counted(repositoryActors, "row")} of repository_actors: name replaced`,
    `${counted(rejectedPayloads, "rejected event")}: payload removed${open}`,
    receipt === null
      ? "Nothing was changed. Do it with --yes."
      : `Erased: ${pseudonym} stands for the person now. Receipt ${receipt} is in erasures.`,
  ];
}
