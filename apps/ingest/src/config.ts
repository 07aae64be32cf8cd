import {
  flag,
  HOST,
  LOG_LEVEL,
  parseRegistrySecrets,
  port,
  positiveInteger,
  QUEUE_URL,
} from "@tallyman/runtime";
import { z } from "zod";

const FIELDS = z.object({
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
  SPOOL_DIR: z
    .string()
    .optional()
    .describe(
      "Directory on a disk that survives, for this ingest alone: while the queue is away, notifications are kept there and acknowledged. At most 1 GiB.",
    ),
  TLS_CERT_FILE: z
    .string()
    .optional()
    .describe(
      "Certificate of the notification port, with its chain, in PEM. Set it with TLS_KEY_FILE, or neither: with them the port speaks HTTPS only. Read again when it changes.",
    ),
  TLS_KEY_FILE: z.string().optional().describe("Private key of TLS_CERT_FILE in PEM."),
  TLS_CLIENT_CA_FILE: z
    .string()
    .optional()
    .describe("With it, clients must show a certificate of this authority (PEM)."),
  HOST,
  PORT: port(8080),
  OPS_PORT: port(9080),
  MAX_BODY_BYTES: positiveInteger(8_388_608),
  LOG_LEVEL,
});

type Fields = Partial<z.infer<typeof FIELDS>>;

/** Said together with the faults of single settings, not only after those are gone. */
const always = () => true;

/** Ingest's settings, by the names of the environment. */
export const CONFIG = FIELDS.refine(
  ({ TLS_CERT_FILE, TLS_KEY_FILE }: Fields) => TLS_KEY_FILE === undefined || TLS_CERT_FILE,
  { path: ["TLS_CERT_FILE"], message: "is needed with TLS_KEY_FILE", when: always },
)
  .refine(
    ({ TLS_CERT_FILE, TLS_KEY_FILE }: Fields) => TLS_CERT_FILE === undefined || TLS_KEY_FILE,
    { path: ["TLS_KEY_FILE"], message: "is needed with TLS_CERT_FILE", when: always },
  )
  .refine(
    ({ TLS_CERT_FILE, TLS_CLIENT_CA_FILE }: Fields) =>
      TLS_CLIENT_CA_FILE === undefined || TLS_CERT_FILE,
    {
      path: ["TLS_CLIENT_CA_FILE"],
      message: "needs TLS_CERT_FILE and TLS_KEY_FILE",
      when: always,
    },
  );

export type IngestConfig = z.infer<typeof CONFIG>;

/** Settings that are never printed. */
export const SECRET_SETTINGS = ["NOTIFICATION_SECRETS"] as const;
