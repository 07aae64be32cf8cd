import type { Tool } from "../local/tool.ts";
import type { ChaosPostgres } from "./servers/postgres.ts";
import type { StallWatch } from "./stall-watch.ts";

/** What all scenarios of a run share. */
export interface Run {
  readonly seed: number;
  readonly full: boolean;
  /** Where the scenarios have their directories. */
  readonly directory: string;
  readonly redisTool: Tool;
  readonly postgres: ChaosPostgres;
  readonly stalls: StallWatch;
  readonly interruption: AbortSignal;
  /** Is told what happens at this moment. */
  readonly progress: (text: string) => void;
}
