import { createHmac, createSecretKey } from "node:crypto";
import { usernameOf } from "./actor.ts";
import type { Reading } from "./read-notification.ts";
import { withActorNames } from "./redact-payload.ts";

/** How names of actors are recorded: as sent, as pseudonyms, or not at all. */
export const ACTOR_NAME_MODES = ["plain", "pseudonym", "off"] as const;
export type ActorNameMode = (typeof ACTOR_NAME_MODES)[number];

/** Shortest key of pseudonyms, in characters: it must not be found by trying while the names can be guessed. */
export const MIN_ACTOR_NAMES_KEY_LENGTH = 32;

/** What becomes of the names of actors before anything is recorded. */
export interface ActorNames {
  readonly mode: ActorNameMode;
  /** Tells keys of pseudonyms apart without giving them away; null without one. */
  readonly keyFingerprint: string | null;
  /** A name as it is recorded; null when it is not. */
  readonly nameOf: (registry: string, name: string) => string | null;
  /** A reading as it is recorded. */
  readonly applyTo: (reading: Reading) => Reading;
}

/** Names as they were sent. */
export const PLAIN_NAMES: ActorNames = {
  mode: "plain",
  keyFingerprint: null,
  nameOf: (_registry, name) => name,
  applyTo: (reading) => reading,
};

/**
 * A way of recording names. With pseudonyms, every name of a registry has one, however it is spelled, so that all counts
 * are what they would be; without names, all actors are anonymous. Readings may pass several times.
 *
 * @param key of the pseudonyms; with another key everybody gets another pseudonym
 * @throws when pseudonyms are wanted and the key is not there or too short
 */
export function actorNames(mode: ActorNameMode, key?: string): ActorNames {
  switch (mode) {
    case "plain":
      return PLAIN_NAMES;
    case "off":
      return { mode, keyFingerprint: null, ...renaming(() => null) };
    case "pseudonym":
      if (key === undefined || key.length < MIN_ACTOR_NAMES_KEY_LENGTH) {
        throw new Error(
          `Pseudonyms need a key of at least ${MIN_ACTOR_NAMES_KEY_LENGTH} characters.`,
        );
      }
      return { mode, keyFingerprint: fingerprintOf(key), ...renaming(pseudonyms(key)) };
  }
}

/** 128 bits of the HMAC, in hex, so that openssl can make them too (docs/privacy.md). */
const PSEUDONYM = /^p_[0-9a-f]{32}$/;

function pseudonyms(key: string): ActorNames["nameOf"] {
  const secret = createSecretKey(key, "utf8");
  return (registry, name) => {
    // A rejected event that is replayed has pseudonyms in it already.
    if (PSEUDONYM.test(name)) return name;
    const mac = createHmac("sha256", secret).update(`${registry}\n${usernameOf(name)}`);
    return `p_${mac.digest("hex").slice(0, 32)}`;
  };
}

/** The HMAC of a text that is no registry with a name, so that it is nobody's pseudonym. */
function fingerprintOf(key: string): string {
  return createHmac("sha256", key).update("fingerprint of the key").digest("hex");
}

function renaming(nameOf: ActorNames["nameOf"]): Pick<ActorNames, "nameOf" | "applyTo"> {
  return {
    nameOf,
    applyTo: (reading) => {
      const { registry } = reading;
      if (reading.kind === "event") {
        const { actorName } = reading;
        return actorName === null
          ? reading
          : { ...reading, actorName: nameOf(registry, actorName) };
      }
      // Text that is no JSON has no fields in which a name could stand.
      if (reading.reason === "not_json") return reading;
      const payload = withActorNames(reading.payload, (name) => nameOf(registry, name));
      return { ...reading, payload };
    },
  };
}
