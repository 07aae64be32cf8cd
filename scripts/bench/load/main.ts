/** The load generator's process. It is told what to do, and tells what came of it, as messages from and to its parent. */
import { constants, setPriority } from "node:os";
import type { LoadCommand, LoadMessage, LoadOptions } from "./load-options.ts";
import { LoadRun } from "./load-run.ts";

/** Milliseconds between two reports of progress. */
const REPORT_INTERVAL_MS = 20;

let run: LoadRun | undefined;

function tell(message: LoadMessage): void {
  process.send?.(message);
}

async function perform(options: LoadOptions): Promise<void> {
  const current = new LoadRun(options);
  run = current;
  const report = setInterval(
    () => tell({ kind: "acknowledged", events: current.acknowledged }),
    REPORT_INTERVAL_MS,
  );
  const result = await current.run();
  clearInterval(report);
  run = undefined;
  tell({ kind: "result", result });
}

process.on("message", (command: LoadCommand) => {
  if (command.kind === "run") void perform(command.options);
  else run?.setVisible(command.events);
});
process.on("disconnect", () => process.exit(0));

// The registries that it stands for have machines of their own: its turns of the processor are not to count as delays.
try {
  setPriority(constants.priority.PRIORITY_HIGH);
} catch {
  // Only root may; without, its own waiting is measured too.
}

tell({ kind: "ready" });
