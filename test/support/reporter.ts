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
  const connections = openConnections().map((connection) => `\n  ${connection}`);
  console.error(
    `The tests are over, but something was left open: ${resources}${connections.join("")}`,
  );
  process.exit();
}

/** From where to where, so that the ports tell whose they are. */
function openConnections(): string[] {
  const { libuv } = process.report.getReport() as unknown as { readonly libuv: readonly Handle[] };
  return libuv
    .filter((handle) => handle.type === "tcp" && handle.is_active && handle.is_referenced)
    .map(
      ({ localEndpoint, remoteEndpoint }) => `${named(localEndpoint)} → ${named(remoteEndpoint)}`,
    );
}

/** What Node's report tells of something that keeps the process. */
interface Handle {
  readonly type: string;
  readonly is_active: boolean;
  readonly is_referenced?: boolean;
  readonly localEndpoint?: Endpoint | null;
  readonly remoteEndpoint?: Endpoint | null;
}

interface Endpoint {
  readonly ip4?: string;
  readonly ip6?: string;
  readonly port: number;
}

function named(endpoint: Endpoint | null | undefined): string {
  return endpoint ? `${endpoint.ip4 ?? endpoint.ip6}:${endpoint.port}` : "nobody";
}

function statsFile(reporterOptions: unknown): string {
  if (typeof reporterOptions === "object" && reporterOptions !== null) {
    if ("stats" in reporterOptions && typeof reporterOptions.stats === "string") {
      return reporterOptions.stats;
    }
  }
  throw new Error("this reporter needs --reporter-option stats=<file>");
}
