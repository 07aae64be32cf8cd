/**
 * `npm run bench`: the textbook pipeline, ours and the limits beside them, in turn on this machine. Prints the tables
 * and, after a complete run, writes docs/benchmarks.md and docs/benchmarks.json.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import type { BenchContext } from "./bench/bench-context.ts";
import { Databases } from "./bench/databases.ts";
import { LoadGenerator } from "./bench/load/load-generator.ts";
import { currentLoad, describeMachine } from "./bench/machine.ts";
import { readArguments, USAGE, type Invocation } from "./bench/plan.ts";
import { Progress } from "./bench/progress.ts";
import { toMarkdown } from "./bench/report/markdown.ts";
import type { Results } from "./bench/results.ts";
import { runStages } from "./bench/run-stages.ts";
import { startServices } from "./bench/services.ts";

const DOCS = fileURLToPath(new URL("../docs/", import.meta.url));

/** Bytes that a run needs in the temporary directory, without and with the growth. */
const DISK_BYTES = 8e9;
const GROWTH_DISK_BYTES = 24e9;

async function bench({ plan, stages, complete }: Invocation, interruption: AbortSignal) {
  const progress = new Progress();
  const loadBefore = currentLoad();
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const logDirectory = await mkdtemp(join(tmpdir(), "tallyman-bench-logs-"));
    closers.push(() => rm(logDirectory, { recursive: true, force: true }));
    progress.done("starting Postgres and Redis");
    const services = await startServices({
      diskBytes: stages.includes("growth") ? GROWTH_DISK_BYTES : DISK_BYTES,
      report: (line) => progress.done(line),
    });
    closers.push(() => services.stop());
    const redis = new Redis(services.redis.url);
    closers.push(async () => redis.disconnect());
    const load = await LoadGenerator.start();
    closers.push(() => load.close());
    let runs = 0x10_00_00_00;
    const context: BenchContext = {
      plan,
      services,
      redis,
      load,
      progress,
      logDirectory,
      databases: await Databases.prepare(services.postgresUrl),
      nextRun: () => (runs++).toString(16),
    };
    const measured = await runStages(context, stages, interruption);
    const results: Results = {
      plan: plan.name,
      finishedAt: new Date().toISOString(),
      durationSeconds: progress.elapsedSeconds,
      machine: await describeMachine(context, loadBefore),
      ...measured,
    };
    const markdown = toMarkdown(results);
    process.stdout.write(markdown);
    if (complete) {
      await writeFile(join(DOCS, "benchmarks.md"), markdown);
      await writeFile(join(DOCS, "benchmarks.json"), `${JSON.stringify(results, null, 2)}\n`);
    }
    if (progress.elapsedSeconds > plan.limitSeconds) {
      progress.done(`this took longer than the ${plan.limitSeconds} s that it should`);
    }
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // The stage that runs ends by itself within seconds; asked twice, we leave at once and the guards stop the services.
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(1);
    interruption.abort();
    process.stderr.write("\nstopping; once more to leave at once\n");
  });
}

try {
  const args = process.argv.slice(2);
  if (args.includes("--help")) process.stdout.write(USAGE);
  else await bench(readArguments(args), interruption.signal);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${interruption.signal.aborted ? "interrupted" : message}\n`);
  process.exitCode = 1;
}
