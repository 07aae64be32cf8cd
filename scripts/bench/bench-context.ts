import type { Redis } from "ioredis";
import type { Databases } from "./databases.ts";
import type { LoadGenerator } from "./load/load-generator.ts";
import type { Plan } from "./plan.ts";
import type { Progress } from "./progress.ts";
import type { Services } from "./services.ts";

/** What every stage works with. */
export interface BenchContext {
  readonly plan: Plan;
  readonly services: Services;
  readonly databases: Databases;
  readonly redis: Redis;
  readonly load: LoadGenerator;
  readonly progress: Progress;
  /** Where the contenders' logs go. */
  readonly logDirectory: string;
  /** 8 hex digits that begin the ids of a run's events, different each time. */
  readonly nextRun: () => string;
}
