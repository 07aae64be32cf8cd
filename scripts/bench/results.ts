import type { Machine } from "./machine.ts";
import type { AcknowledgeResult } from "./stages/acknowledge.ts";
import type { EndToEndResult } from "./stages/end-to-end.ts";
import type { GrowthResult } from "./stages/growth.ts";
import type { MemoryResult } from "./stages/memory.ts";
import type { WorkerResult } from "./stages/worker.ts";

/** Everything that one run has measured; a stage that did not run is missing. */
export interface Results {
  readonly plan: "quick" | "full";
  /** ISO 8601. */
  readonly finishedAt: string;
  readonly durationSeconds: number;
  readonly machine: Machine;
  readonly acknowledge?: AcknowledgeResult;
  readonly worker?: WorkerResult;
  readonly endToEnd?: EndToEndResult;
  readonly memory?: MemoryResult;
  readonly growth?: GrowthResult;
}
