import { flag, HOST, LOG_LEVEL, port, positiveInteger, QUEUE_URL } from "@tallyman/runtime";
import { z } from "zod";
import { parseRegistrySecrets } from "./registry-secrets.ts";

/** Ingest's settings, by the names of the environment. */
export const CONFIG = z.object({
  NOTIFICATION_SECRETS: z
    .string()
    .transform((text, context) => {
      const { secrets, faults } = parseRegistrySecrets(text);
      for (const message of faults) context.addIssue({ code: "custom", message });
      return secrets;
    })
    .describe("Give each registry a secret of at least 16 characters: registry=secret,…"),
  QUEUE_URL,
  ALLOW_VOLATILE_QUEUE: flag(false),
  HOST,
  PORT: port(8080),
  OPS_PORT: port(9080),
  MAX_BODY_BYTES: positiveInteger(8_388_608),
  LOG_LEVEL,
});

export type IngestConfig = z.infer<typeof CONFIG>;

/** Settings that are never printed. */
export const SECRET_SETTINGS = ["NOTIFICATION_SECRETS"] as const;
