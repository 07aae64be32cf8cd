/** A registry and one secret with which it may authenticate. */
export interface RegistrySecret {
  readonly registry: string;
  readonly secret: string;
}

/** Shorter secrets can be guessed. */
const MIN_SECRET_LENGTH = 16;

/** No longer than the tables' keys and the worker allow: what it does not know as a label, it sets aside. */
const LABEL = /^[a-z0-9._-]{1,255}$/;

/** Whether a text may name a registry: at most 255 lower-case letters, digits, ".", "_" and "-". */
export function isRegistryLabel(text: string): boolean {
  return LABEL.test(text);
}

const DEFAULT_REGISTRY = "default";

/** What `NOTIFICATION_SECRETS` says: its pairs, and everything that is wrong with it. Faults never quote a secret. */
export interface ParsedSecrets {
  readonly secrets: readonly RegistrySecret[];
  readonly faults: readonly string[];
}

/**
 * Reads `registry=secret` pairs, comma-separated and split at the first `=`. A bare secret belongs to the registry
 * `default`. A registry may have several secrets, which is how one is replaced without a gap.
 */
export function parseRegistrySecrets(text: string): ParsedSecrets {
  const faults: string[] = [];
  const owners = new Map<string, string>();
  const secrets: RegistrySecret[] = [];
  const pairs = text.split(",").map((pair) => pair.trim());
  for (const [index, pair] of pairs.entries()) {
    if (pair === "") continue;
    const split = pair.indexOf("=");
    const registry = split < 0 ? DEFAULT_REGISTRY : pair.slice(0, split);
    const secret = pair.slice(split + 1);
    const which = `pair ${index + 1}`;
    if (!isRegistryLabel(registry)) {
      faults.push(
        `${which}: what stands before "=" must be a registry label of at most 255 lower-case letters, digits, ".", "_" and "-" (write default=<secret> when the secret itself holds "=")`,
      );
      continue;
    }
    if (secret.length < MIN_SECRET_LENGTH) {
      faults.push(
        `${which} (registry ${registry}): the secret has ${secret.length} characters and needs at least ${MIN_SECRET_LENGTH}; make one with: openssl rand -hex 24`,
      );
      continue;
    }
    const owner = owners.get(secret);
    if (owner !== undefined && owner !== registry) {
      faults.push(
        `${which}: the registries ${owner} and ${registry} have the same secret, so their events could not be told apart; give each its own`,
      );
      continue;
    }
    owners.set(secret, registry);
    secrets.push({ registry, secret });
  }
  if (secrets.length === 0 && faults.length === 0) faults.push("holds no secret");
  return { secrets, faults };
}
