import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/**
 * Mocha's own `spec` report, which also writes the counts of the run as JSON to the file that the reporter option
 * `stats` names. A run that broke off has written none.
 */
export default class SpecWithStats extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const reporterOptions: unknown = options.reporterOptions;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      writeFileSync(statsFile(reporterOptions), JSON.stringify(runner.stats));
    });
  }
}

function statsFile(reporterOptions: unknown): string {
  if (typeof reporterOptions === "object" && reporterOptions !== null) {
    if ("stats" in reporterOptions && typeof reporterOptions.stats === "string") {
      return reporterOptions.stats;
    }
  }
  throw new Error("this reporter needs --reporter-option stats=<file>");
}
