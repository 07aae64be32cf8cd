import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";

/**
 * Adds `tallyman completion`, which prints a shell's script, and the hidden `tallyman complete`, which that script calls
 * at each press of the tab key. To be called last: it learns the commands that are there.
 */
export function addCompletion(program: Command): void {
  tab(program, { completionCommandName: "completion" });
  program.commands
    .find((command) => command.name() === "completion")
    ?.description("Print a script that completes commands, options and their values in a shell.")
    .addHelpText("after", HELP);
}

const HELP = `
Examples:
  $ source <(tallyman completion bash)
  $ source <(tallyman completion zsh)
  $ tallyman completion fish | source
  $ tallyman completion powershell | Out-String | Invoke-Expression

In the shell's own start-up file it stays. The shell must know the program as tallyman:
  $ export PATH="$PWD/node_modules/.bin:$PATH"`;
