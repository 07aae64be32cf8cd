import { hash, timingSafeEqual } from "node:crypto";
import type { RegistrySecret } from "@tallyman/runtime";

/** Tells which registry a request comes from. */
export type Authenticate = (rawHeaders: readonly string[]) => string | undefined;

/**
 * Makes the check of the `Authorization` header: the secret itself, `Bearer <secret>`, or Basic with the secret as
 * password. Secrets are compared as digests, in constant time, and always with all of them.
 *
 * @returns a function from a request's raw headers to its registry's label, or undefined when the credentials are
 * missing, repeated or wrong
 */
export function authenticator(secrets: readonly RegistrySecret[]): Authenticate {
  const known = secrets.map(({ registry, secret }) => ({ registry, digest: digestOf(secret) }));
  return (rawHeaders) => {
    const header = onlyAuthorization(rawHeaders);
    if (header === undefined) return undefined;
    let registry: string | undefined;
    for (const candidate of candidates(header)) {
      const digest = digestOf(candidate);
      for (const entry of known) {
        if (timingSafeEqual(digest, entry.digest)) registry ??= entry.registry;
      }
    }
    return registry;
  };
}

/** The one Authorization header; two of them are refused, because proxies and servers may each trust another one. */
function onlyAuthorization(rawHeaders: readonly string[]): string | undefined {
  let found: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== "authorization") continue;
    if (found !== undefined) return undefined;
    found = rawHeaders[i + 1] ?? "";
  }
  return found;
}

/** What may be the secret, in bytes: Node reads a header's bytes as Latin-1, while secrets are UTF-8 as a rule. */
function candidates(header: string): Buffer[] {
  const whole = Buffer.from(header, "latin1");
  const space = header.indexOf(" ");
  const scheme = header.slice(0, Math.max(space, 0)).toLowerCase();
  const credentials = header.slice(space + 1).trim();
  if (scheme === "bearer") return [whole, Buffer.from(credentials, "latin1")];
  if (scheme === "basic") return [whole, passwordOf(credentials)];
  return [whole];
}

function passwordOf(basic: string): Buffer {
  const pair = Buffer.from(basic, "base64");
  return pair.subarray(pair.indexOf(":") + 1);
}

function digestOf(secret: string | Buffer): Buffer {
  return hash("sha256", secret, "buffer");
}
