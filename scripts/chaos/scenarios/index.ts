import type { Scenario } from "../scenario.ts";
import { FAILOVER_SCENARIOS } from "./failover.ts";
import { INGEST_SCENARIOS } from "./ingest.ts";
import { NETWORK_SCENARIOS } from "./network.ts";
import { POSTGRES_SCENARIOS } from "./postgres.ts";
import { POWER_SCENARIOS } from "./power.ts";
import { REDIS_SCENARIOS } from "./redis.ts";
import { SPOOL_SCENARIOS } from "./spool.ts";
import { WORKER_SCENARIOS } from "./worker.ts";

/** Every fault that this machine may be able to do, in the order in which they are run. */
export const SCENARIOS: readonly Scenario[] = [
  ...INGEST_SCENARIOS,
  ...WORKER_SCENARIOS,
  ...REDIS_SCENARIOS,
  ...POWER_SCENARIOS,
  ...FAILOVER_SCENARIOS,
  ...SPOOL_SCENARIOS,
  ...POSTGRES_SCENARIOS,
  ...NETWORK_SCENARIOS,
];
