/**
 * `npm run chaos`: breaks Tallyman's processes, servers and network in every way this machine can, under load, and
 * holds the tables against the promise. Exit code 1 when the promise broke. `npm run chaos:report` writes
 * docs/reliability.md from the last result of each fault.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readInvocation } from "./chaos/invocation.ts";
import { Progress } from "./chaos/progress.ts";
import { lineOf } from "./chaos/report.ts";
import { prepareRun, type PreparedRun } from "./chaos/prepare-run.ts";
import type { Outcome } from "./chaos/outcome.ts";
import { saveResult } from "./chaos/results.ts";
import { runFairly } from "./chaos/run-scenario.ts";
import { Random } from "./chaos/random.ts";
import { SCENARIOS } from "./chaos/scenarios/index.ts";
import { scenarioDirectory } from "./chaos/world.ts";

async function chaos(args: readonly string[], interruption: AbortSignal): Promise<number> {
  const names = SCENARIOS.map(({ name }) => name);
  const invocation = readInvocation(args, names);
  if (invocation.list) {
    process.stdout.write(SCENARIOS.map(({ name, fault }) => `${name}: ${fault}\n`).join(""));
    return 0;
  }
  const { seed, full, only } = invocation;
  const chosen = SCENARIOS.filter(({ name }) => only.length === 0 || only.includes(name));
  const directory = await mkdtemp(join(tmpdir(), "tallyman-chaos-"));
  // As root, Postgres runs as another user, who has to get in.
  await chmod(directory, 0o755);
  const progress = new Progress((line) => process.stdout.write(`${line}\n`));
  const outcomes: Outcome[] = [];
  let prepared: PreparedRun | undefined;
  try {
    progress.line(`seed ${seed}, ${chosen.length} faults`);
    prepared = await prepareRun({ seed, full, directory, interruption, progress });
    for (const [index, scenario] of chosen.entries()) {
      interruption.throwIfAborted();
      progress.enter(`${index + 1}/${chosen.length} ${scenario.name}`);
      const place = await scenarioDirectory(directory, scenario.name);
      // From the seed and the name alone, so that --only replays it.
      const random = (): Random => new Random(seed).fork(scenario.name);
      const outcome = await runFairly(prepared.run, scenario, place, random);
      outcomes.push(outcome);
      const { versions } = prepared;
      const finishedAt = new Date().toISOString();
      await saveResult({ outcome, seed, full, versions, finishedAt });
      progress.line(lineOf(outcome, seed, full));
      if (outcome.verdict === "FAIL") progress.line(`      logs: ${place}`);
      else await rm(place, { recursive: true, force: true });
    }
  } finally {
    await prepared?.close();
    await rm(join(directory, "postgres"), { recursive: true, force: true });
    if (!outcomes.some(({ verdict }) => verdict === "FAIL")) {
      await rm(directory, { recursive: true, force: true });
    }
  }
  const count = (verdict: Outcome["verdict"]): number =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length;
  progress.line(
    `${count("PASS")} passed, ${count("FAIL")} failed, ${count("SKIP")} skipped; seed ${seed}`,
  );
  return count("FAIL") === 0 ? 0 : 1;
}

/** For what is left open; nothing is waited for that matters. */
const LINGER_MS = 2_000;

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // Asked twice, we leave at once; the guards of the processes stop them.
    if (interruption.signal.aborted) process.exit(1);
    process.stderr.write("stopping\n");
    interruption.abort();
  });
}

try {
  process.exitCode = await chaos(process.argv.slice(2), interruption.signal);
} catch (error) {
  process.exitCode = 1;
  if (!interruption.signal.aborted) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}

// BullMQ goes on looking for a Redis that was gone when it was closed.
setTimeout(() => process.exit(), LINGER_MS).unref();
