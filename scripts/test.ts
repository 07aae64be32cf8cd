/**
 * `npm test`: every test, on a real Postgres and a real Redis that are started for this run and gone after it. Arguments
 * are passed on to mocha; test files among them are run instead of all: `npm test -- scripts/local/tool.test.ts`.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgresCluster } from "../test/support/postgres-cluster.ts";
import { namesTestFiles } from "./local/mocha-arguments.ts";
import { startRedisServer } from "./local/redis-server.ts";
import { startServiceProcess, type StopStep } from "./local/service-process.ts";
import { summarizeTests } from "./local/test-summary.ts";
import { requireTools, type Tool } from "./local/tool.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const TEST_FILES = [
  "packages/*/src/**/*.test.ts",
  "apps/*/src/**/*.test.ts",
  "scripts/**/*.test.ts",
  "test/**/*.test.ts",
];

/** Mocha ends its own child when it is interrupted. */
const STOP_MOCHA: readonly StopStep[] = [{ signal: "SIGINT", grace: 10_000 }];

interface TestRun {
  readonly exitCode: number;
  /** Undefined when the run broke off. */
  readonly summary: string | undefined;
}

/** Starts what the tests need, runs them, and stops it in reverse. Aborting `interruption` ends it early. */
async function runTests(args: readonly string[], interruption: AbortSignal): Promise<TestRun> {
  const closers: (() => Promise<void>)[] = [];
  try {
    const tools = await requireTools(
      ["redis-server", "docker-registry", "skopeo", "chromium"],
      report,
    );
    interruption.throwIfAborted();
    const postgres = await startPostgresCluster();
    closers.push(() => postgres.stop());
    interruption.throwIfAborted();
    const redis = await startRedisServer({ tool: tools["redis-server"] });
    closers.push(() => redis.stop());
    interruption.throwIfAborted();
    const temporary = await mkdtemp(join(tmpdir(), "tallyman-test-"));
    closers.push(() => rm(temporary, { recursive: true, force: true }));

    report(`Postgres ${postgres.version} and Redis are up`);
    const environment = {
      TALLYMAN_TEST_POSTGRES_URL: postgres.url,
      TALLYMAN_TEST_REDIS_URL: redis.url,
      TALLYMAN_TEST_REDIS_SERVER: commandLine(tools["redis-server"]),
      TALLYMAN_TEST_DOCKER_REGISTRY: commandLine(tools["docker-registry"]),
      TALLYMAN_TEST_SKOPEO: commandLine(tools.skopeo),
      TALLYMAN_TEST_CHROMIUM: commandLine(tools.chromium),
    };
    const statsFile = join(temporary, "stats.json");
    return await runMocha({ args, statsFile, environment, interruption });
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

async function runMocha(options: {
  args: readonly string[];
  statsFile: string;
  environment: NodeJS.ProcessEnv;
  interruption: AbortSignal;
}): Promise<TestRun> {
  const { args, statsFile, environment, interruption } = options;
  const mocha = await startServiceProcess({
    command: process.execPath,
    args: [
      createRequire(import.meta.url).resolve("mocha/bin/mocha.js"),
      "--reporter=test/support/reporter.ts",
      `--reporter-option=stats=${statsFile}`,
      ...args,
      ...(namesTestFiles(args) ? [] : TEST_FILES),
    ],
    cwd: ROOT,
    environment: { ...process.env, ...environment },
    orphanSignal: "SIGINT",
  });
  const stop = (): void => void mocha.stop(STOP_MOCHA);
  if (interruption.aborted) stop();
  interruption.addEventListener("abort", stop);
  const { code, signal } = await mocha.ended;
  interruption.throwIfAborted();

  const stats = await readFile(statsFile, "utf8").catch(() => undefined);
  const exitCode = signal === null ? (code ?? 1) : exitCodeOf(signal);
  if (stats !== undefined) return { exitCode, summary: summarizeTests(stats) };
  const hasOwnReporter = args.some((argument) => /^(--reporter(=|$)|-R)/.test(argument));
  if (hasOwnReporter) return { exitCode, summary: undefined };
  report("mocha ended before the run did");
  // Whoever calls process.exit(0) in a test has not passed the others.
  return { exitCode: exitCode === 0 ? 1 : exitCode, summary: undefined };
}

const commandLine = ({ command, args }: Tool): string => JSON.stringify([command, ...args]);

const exitCodeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

function report(line: string): void {
  process.stderr.write(`npm test: ${line}\n`);
}

// When the terminal is closed there is nobody left to tell, but there are still services to stop.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // Asked twice, we leave at once; the guards of the services stop them.
    if (interruption.signal.aborted) process.exit(exitCodeOf(signal));
    process.exitCode = exitCodeOf(signal);
    report(`${signal}, stopping`);
    interruption.abort();
  });
}

try {
  const { exitCode, summary } = await runTests(process.argv.slice(2), interruption.signal);
  process.exitCode = exitCode;
  if (summary !== undefined) process.stdout.write(`${summary}\n`);
} catch (error) {
  if (!interruption.signal.aborted) {
    report(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
