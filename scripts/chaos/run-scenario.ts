import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compareWithModel } from "./checks/model.ts";
import { checkProcesses, checkStatuses, lateAnswers } from "./checks/processes.ts";
import { recount } from "./checks/recount.ts";
import { checkSettled } from "./checks/settled.ts";
import { NOTHING, type Outcome } from "./outcome.ts";
import { openWorld } from "./open-world.ts";
import type { Random } from "./random.ts";
import type { Run } from "./run.ts";
import { Skipped, type Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** Load before the fault, and after it. Seconds. */
const WARM_UP = 1;
const AFTERWARDS = 1;

/** Two checks of stalled jobs, the job lock and a backlog. Seconds. */
const DRAIN_LIMIT = 150;

/** How often a fault is done again when nothing but the time of an answer was wrong. */
const LATE_ATTEMPTS = 3;

/** Runs a scenario; again when the machine may have been too busy for a fair measurement. */
export async function runFairly(
  run: Run,
  scenario: Scenario,
  directory: string,
  random: () => Random,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const place = join(directory, String(attempt));
    await mkdir(place, { recursive: true });
    const outcome = await runScenario(run, scenario, place, random());
    if (outcome.isOnlyLate && attempt < LATE_ATTEMPTS) continue;
    return attempt === 1
      ? outcome
      : { ...outcome, notes: [...outcome.notes, `measured ${attempt} times`] };
  }
}

/** Puts a fleet under load, does the harm, waits until all is counted and checks the promise. */
export async function runScenario(
  run: Run,
  scenario: Scenario,
  directory: string,
  random: Random,
): Promise<Outcome> {
  const { name, fault } = scenario;
  let world: World | undefined;
  try {
    run.progress("starts");
    world = await openWorld(run, scenario.setup?.(run.full) ?? {}, directory, random);
    return await underLoad(run, scenario, world);
  } catch (error) {
    run.interruption.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const verdict = error instanceof Skipped ? "SKIP" : "FAIL";
    const faults = [...(world?.faults ?? []), reason];
    return { ...NOTHING, name, fault, verdict, faults, notes: world?.notes ?? [] };
  } finally {
    await world?.close().catch((error: unknown) => run.progress(String(error)));
  }
}

async function underLoad(run: Run, scenario: Scenario, world: World): Promise<Outcome> {
  const { log, emulators, faults } = world;
  await world.seconds(WARM_UP);
  run.progress("harm is done");
  await scenario.inject(world);
  const endedAt = performance.now();
  await world.seconds(AFTERWARDS);
  run.progress("drains");
  for (const emulator of emulators) emulator.stopProducing();
  await world.within(DRAIN_LIMIT, "everything is delivered", async () =>
    emulators.every((emulator) => emulator.waiting === 0),
  );
  await world.within(5, "the last deliveries are answered", async () => {
    await Promise.race([Promise.all(emulators.map(({ ended }) => ended)), world.seconds(4)]);
    return true;
  });
  await world.within(DRAIN_LIMIT, "the queue is empty", () => isDrained(world));
  const recoverySeconds = (performance.now() - endedAt) / 1_000 - AFTERWARDS;
  await scenario.verify?.(world);

  run.progress("checks");
  checkStatuses(world);
  checkProcesses(world);
  const late = lateAnswers(scenario, world);
  const settled = await checkSettled(world.pool, log);
  faults.push(...settled.faults, ...(await recount(world.pool)));
  faults.push(...(await compareWithModel(world.pool, settled.counted)));
  faults.push(...(await leftInQueue(world)));
  const isRight = faults.length === 0 || isProven(scenario, settled.lost);
  return {
    name: scenario.name,
    fault: scenario.fault,
    verdict: isRight && late.length === 0 ? "PASS" : "FAIL",
    isOnlyLate: isRight && late.length > 0,
    events: log.events,
    acknowledged: log.acknowledgedEvents,
    lost: settled.lost,
    duplicates: settled.duplicates,
    refused: log.count(503),
    worstMs: log.worstMs,
    recoverySeconds: Math.max(0, recoverySeconds),
    notes: [...world.notes, ...figures(world)],
    faults: [...faults, ...late],
  };
}

async function isDrained({ queue, fleet }: World): Promise<boolean> {
  // The spools first: what leaves them is in the queue then.
  if ((await fleet.spooled()) > 0) return false;
  const { waiting, active, delayed } = await queue.depth();
  return waiting + active + delayed === 0;
}

/** E: a job that failed still holds acknowledged events, and nothing would bring it back by itself. */
async function leftInQueue({ queue }: World): Promise<string[]> {
  const depth = await queue.depth();
  const left = Object.entries(depth).filter(([, jobs]) => jobs > 0);
  return left.map(([state, jobs]) => `E ${jobs} jobs are ${state}`);
}

/** A control loses on purpose: that proves the injection, and nothing else may be wrong. */
function isProven({ isControl = false }: Scenario, lost: number): boolean {
  return isControl && lost > 0;
}

function figures({ log, fleet }: World): string[] {
  const deaths = fleet.all.reduce((sum, { crashes }) => sum + crashes.length, 0);
  return [
    ...(deaths > 0 ? [`${deaths} crashes`] : []),
    ...(log.dropped > 0 ? [`${log.dropped} given up by GitLab's registry`] : []),
    ...(log.count("unreachable") > 0 ? [`${log.count("unreachable")} connections broke`] : []),
    ...(log.count("timeout") > 0 ? [`${log.count("timeout")} timeouts`] : []),
  ];
}
