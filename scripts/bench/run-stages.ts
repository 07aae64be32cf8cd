import type { BenchContext } from "./bench-context.ts";
import type { Stage } from "./plan.ts";
import type { Results } from "./results.ts";
import { measureAcknowledgement } from "./stages/acknowledge.ts";
import { measureEndToEnd } from "./stages/end-to-end.ts";
import { measureGrowth } from "./stages/growth.ts";
import { measureMemory } from "./stages/memory.ts";
import { measureWorker } from "./stages/worker.ts";

type Measured = Pick<Results, "acknowledge" | "worker" | "endToEnd" | "memory" | "growth">;

/** Runs the wanted stages one after the other. */
export async function runStages(
  context: BenchContext,
  wanted: readonly Stage[],
  interruption: AbortSignal,
): Promise<Measured> {
  const isWanted = (stage: Stage): boolean => {
    interruption.throwIfAborted();
    return wanted.includes(stage);
  };
  return {
    ...(isWanted("acknowledge") ? { acknowledge: await measureAcknowledgement(context) } : {}),
    ...(isWanted("worker") ? { worker: await measureWorker(context) } : {}),
    ...(isWanted("end-to-end") ? { endToEnd: await measureEndToEnd(context) } : {}),
    ...(isWanted("memory") ? { memory: await measureMemory(context) } : {}),
    ...(isWanted("growth") ? { growth: await measureGrowth(context) } : {}),
  };
}
