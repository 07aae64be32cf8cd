import { DATABASE_URL, HOST, LOG_LEVEL, port, QUEUE_URL } from "@tallyman/runtime";
import { z } from "zod";

/** The worker's settings, by the names of the environment. */
export const CONFIG = z.object({
  DATABASE_URL,
  QUEUE_URL,
  USER_DIRECTORY: z.enum(["open", "closed"], "must be open or closed").default("open"),
  HOST,
  OPS_PORT: port(9082),
  LOG_LEVEL,
});

export type WorkerConfig = z.infer<typeof CONFIG>;
