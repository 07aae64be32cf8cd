import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** Milliseconds that connections and timers of the tests get to end by themselves once the last test is over. */
const GRACE = 10_000;

/**
 * Mocha's own `spec` report, which also writes the counts of the run as JSON to the file that the reporter option
 * `stats` names. A run that broke off has written none.
 *
 * A test that failed may have left a connection open, which would keep the process for ever: that is told, and ended.
 */
export default class SpecWithStats extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const reporterOptions: unknown = options.reporterOptions;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      writeFileSync(statsFile(reporterOptions), JSON.stringify(runner.stats));
      setTimeout(leave, GRACE).unref();
    });
  }
}

/** Mocha has set the exit code. */
function leave(): void {
  const resources = process.getActiveResourcesInfo().join(", ");
  console.error(`The tests are over, but something was left open: ${resources}`);
  process.exit();
}

function statsFile(reporterOptions: unknown): string {
  if (typeof reporterOptions === "object" && reporterOptions !== null) {
    if ("stats" in reporterOptions && typeof reporterOptions.stats === "string") {
      return reporterOptions.stats;
    }
  }
  throw new Error("this reporter needs --reporter-option stats=<file>");
}
