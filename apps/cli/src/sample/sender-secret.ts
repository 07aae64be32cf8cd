import { readFile } from "node:fs/promises";
import {
  ConfigError,
  parseRegistrySecrets,
  readConfig,
  type Environment,
  type RegistrySecret,
} from "@tallyman/runtime";
import { z } from "zod";
import { UsageError } from "../surroundings.ts";

export interface SecretOptions {
  /** Label of the registry to send as. */
  readonly registry?: string;
  /** File that holds the secret, instead of NOTIFICATION_SECRETS. */
  readonly secretFile?: string;
}

/**
 * The registry to send as, with its secret: the one of the file, otherwise the last one of the registry in
 * NOTIFICATION_SECRETS (the newest while one is being replaced).
 */
export async function senderSecret(
  environment: Environment,
  { registry, secretFile }: SecretOptions,
): Promise<RegistrySecret> {
  if (secretFile !== undefined) {
    return { registry: registry ?? "default", secret: await readSecret(secretFile) };
  }
  const secrets = configuredSecrets(environment);
  const chosen = registry ?? secrets[0]?.registry;
  const found = secrets.findLast((entry) => entry.registry === chosen);
  if (found === undefined) {
    const labels = [...new Set(secrets.map((entry) => entry.registry))].join(", ");
    throw new UsageError(
      `NOTIFICATION_SECRETS has no secret of ${registry}; it has those of: ${labels}.`,
    );
  }
  return found;
}

/** @throws ConfigError with all faults, which never quote a secret */
export function configuredSecrets(environment: Environment): readonly RegistrySecret[] {
  const { NOTIFICATION_SECRETS } = readConfig(
    z.object({
      NOTIFICATION_SECRETS: z
        .string()
        .describe("Give it as ingest has it (registry=secret,…), or give --secret-file."),
    }),
    environment,
  );
  const { secrets, faults } = parseRegistrySecrets(NOTIFICATION_SECRETS);
  if (faults.length > 0) {
    throw new ConfigError(faults.map((fault) => `NOTIFICATION_SECRETS: ${fault}`));
  }
  return secrets;
}

async function readSecret(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(
      `--secret-file: cannot read ${file} (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
  const secret = text.trim();
  if (secret === "" || secret.includes("\n")) {
    throw new UsageError(`--secret-file: ${file} must hold one line, the secret alone.`);
  }
  return secret;
}
