/** The load generator's process. It is told what to do, and tells what came of it, as messages from and to its parent. */
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

tell({ kind: "ready" });
