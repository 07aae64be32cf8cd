import { DATABASE_URL, HOST, LOG_LEVEL, port, QUEUE_URL, withPeople } from "@tallyman/runtime";
import type { z } from "zod";

/** The worker's settings, by the names of the environment. */
export const CONFIG = withPeople({
  DATABASE_URL,
  QUEUE_URL,
  HOST,
  OPS_PORT: port(9082),
  LOG_LEVEL,
});

/** Settings that are never printed. */
export const SECRET_SETTINGS = ["ACTOR_NAMES_KEY"] as const;

export type WorkerConfig = z.infer<typeof CONFIG>;
