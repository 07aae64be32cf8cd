import type { Setup } from "../scenario.ts";

/** A job whose end Redis was not told comes back when its lock has run out; a quick run does not wait half a minute. */
export const locksOf = (full: boolean): Pick<Setup, "locks"> => ({
  locks: full ? "real" : "short",
});
