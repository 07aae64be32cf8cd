import { ConfigError, type Environment, type RegistrySecret } from "@tallyman/runtime";
import { configuredSecrets } from "../sample/sender-secret.ts";
import { Findings, type Finding } from "./finding.ts";

/** Fewer different characters than any made secret of 16 or more is likely to have. */
const MIN_DIFFERENT = 8;

const MAKE_ONE = "Make a better one with: openssl rand -hex 24";

export interface CheckedSecrets {
  readonly findings: readonly Finding[];
  readonly secrets: readonly RegistrySecret[];
}

/** Judges the registries' secrets. Their faults are faults of the configuration already; nothing is told twice. */
export function checkSecrets(environment: Environment): CheckedSecrets {
  const findings = new Findings("secrets");
  let secrets: readonly RegistrySecret[];
  try {
    secrets = configuredSecrets(environment);
  } catch (error) {
    if (error instanceof ConfigError) return { findings: [], secrets: [] };
    throw error;
  }
  const registries = new Map<string, string[]>();
  for (const { registry, secret } of secrets) {
    registries.set(registry, [...(registries.get(registry) ?? []), secret]);
  }
  findings.ok(
    `${registries.size === 1 ? "1 registry" : `${registries.size} registries`}: ${[...registries.keys()].join(", ")}`,
  );
  for (const [registry, own] of registries) {
    if (new Set(own).size < own.length) {
      findings.warning(`${registry} has the same secret twice`, "Take one of them out.");
    } else if (own.length > 1) {
      findings.warning(
        `${registry} has ${own.length} secrets, as while one is being replaced`,
        "Take the old one out when the registry sends the new one.",
      );
    }
    if (own.some((secret) => new Set(secret).size < MIN_DIFFERENT)) {
      findings.warning(
        `${registry} has a secret of fewer than ${MIN_DIFFERENT} different characters, which can be guessed`,
        MAKE_ONE,
      );
    }
  }
  const tokens = new Set((environment["API_TOKENS"] ?? "").split(",").map((token) => token.trim()));
  for (const { registry, secret } of secrets) {
    if (!tokens.has(secret)) continue;
    findings.warning(
      `the secret of ${registry} is also a token of the api: whoever may ask may also make events up`,
      MAKE_ONE,
    );
  }
  return { findings: findings.found, secrets };
}
