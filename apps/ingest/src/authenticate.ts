import { timingSafeEqual } from "node:crypto";
import type { RegistrySecret } from "@tallyman/runtime";

/** Tells which registry a request comes from. */
export type Authenticate = (rawHeaders: readonly string[]) => string | undefined;

/**
 * Makes the check of the `Authorization` header: the secret itself, `Bearer <secret>`, or Basic with the secret as
 * password. Secrets are compared in constant time, and always with all of them.
 *
 * @returns a function from a request's raw headers to its registry's label, or undefined when the credentials are
 * missing, repeated or wrong
 */
export function authenticator(secrets: readonly RegistrySecret[]): Authenticate {
  const longest = Math.max(0, ...secrets.map(({ secret }) => Buffer.byteLength(secret)));
  const slot = new Slot(longest);
  const known = secrets.map(({ registry, secret }) => ({
    registry,
    bytes: Buffer.from(slot.fill(Buffer.from(secret))),
  }));
  return (rawHeaders) => {
    const header = onlyAuthorization(rawHeaders);
    if (header === undefined) return undefined;
    let registry: string | undefined;
    for (const candidate of candidates(header)) {
      const bytes = slot.fill(candidate);
      for (const entry of known) {
        if (timingSafeEqual(bytes, entry.bytes)) registry ??= entry.registry;
      }
    }
    return registry;
  };
}

const LENGTH_BYTES = 4;

/**
 * Bytes of one width that are equal only for equal candidates: the length, the candidate, zeros. timingSafeEqual wants
 * equal widths; hashing both sides gives them too, at a tenth of what a whole request costs.
 */
class Slot {
  readonly #bytes: Buffer;

  /** @param longest bytes; what is cut off beyond them differs by its length from everything that fits */
  constructor(longest: number) {
    this.#bytes = Buffer.alloc(LENGTH_BYTES + longest);
  }

  /** @returns a buffer that the next call fills anew */
  fill(candidate: Buffer): Buffer {
    const bytes = this.#bytes.fill(0);
    bytes.writeUInt32LE(candidate.length);
    candidate.copy(bytes, LENGTH_BYTES);
    return bytes;
  }
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
