import { readFile } from "node:fs/promises";
import {
  parseRegistrySecrets,
  type Logger,
  type ParsedSecrets,
  type RegistrySecret,
} from "@tallyman/runtime";
import { authenticator, type Authenticate } from "./authenticate.ts";

export interface SecretRotationOptions {
  /** Those that the process started with. */
  readonly secrets: readonly RegistrySecret[];
  /** Where they were read from. */
  readonly file: string;
  readonly logger: Pick<Logger, "info" | "error">;
}

/** Replaces secrets while requests come in: each request is checked against one whole set. */
export class SecretRotation {
  readonly #options: SecretRotationOptions;
  #known: string;
  #authenticate: Authenticate;

  constructor(options: SecretRotationOptions) {
    this.#options = options;
    this.#known = JSON.stringify(options.secrets);
    this.#authenticate = authenticator(options.secrets);
  }

  readonly authenticate: Authenticate = (rawHeaders) => this.#authenticate(rawHeaders);

  /** Reads the file again. When anything is wrong with it the secrets stay as they are: a registry must not be shut out. */
  readonly reload = async (): Promise<void> => {
    const { file, logger } = this.#options;
    const { secrets, faults } = await read(file);
    if (faults.length > 0) {
      logger.error("the new secrets are faulty, the old ones stay", { file, faults });
      return;
    }
    const text = JSON.stringify(secrets);
    if (text === this.#known) return;
    this.#known = text;
    this.#authenticate = authenticator(secrets);
    logger.info("the secrets were exchanged", {
      secrets: secrets.length,
      registries: [...new Set(secrets.map(({ registry }) => registry))],
    });
  };
}

async function read(file: string): Promise<ParsedSecrets> {
  try {
    return parseRegistrySecrets((await readFile(file, "utf8")).trim());
  } catch (error) {
    return { secrets: [], faults: [`cannot be read (${(error as NodeJS.ErrnoException).code})`] };
  }
}
