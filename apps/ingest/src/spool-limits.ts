import type { SpoolLogger } from "./spool-directory.ts";

/** The spool takes nothing more. */
export class SpoolFullError extends Error {
  override readonly name = "SpoolFullError";
}

export interface SpoolLimits {
  /** Most bytes of all segments. */
  readonly maxBytes: number;
  /** A segment that has so many gets no more. */
  readonly segmentBytes: number;
}

/**
 * A gigabyte holds about a million events. A segment is the most that is delivered again, and recognised as known,
 * after a crash while it was drained: at 8 MiB a second of the workers' time.
 */
export const SPOOL_LIMITS: SpoolLimits = { maxBytes: 1_073_741_824, segmentBytes: 8_388_608 };

/** What the spool holds. */
export interface SpoolState {
  readonly bytes: number;
  readonly notifications: number;
  /** When the oldest of them was received. */
  readonly oldest: string | undefined;
  /** Notifications that this process has ever put into it. */
  readonly spooled: number;
}

export interface SpoolOptions {
  readonly directory: string;
  readonly logger: SpoolLogger;
  /** Hears when another process has taken the directory, which this one must not use any more. */
  readonly onLost: (error: Error) => void;
  readonly limits?: SpoolLimits;
}
