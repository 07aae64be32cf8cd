import { dayOf, getOrAdd, keyOf, sortedByKey, type Reading } from "@tallyman/events";
import type { LedgerDelta } from "./statements/upsert-ledger.ts";

/** When an event was received and from which registry: its place in the ledger. */
export interface Receipt {
  readonly registry: string;
  /** 27-character form. */
  readonly receivedAt: string;
}

export interface Batch {
  readonly readings: readonly Reading[];
  /** Those of the readings that were neither known nor repeated. */
  readonly fresh: readonly Reading[];
  /** Rejected events whose place the readings take: received and rejected no longer, or they would count twice. */
  readonly replaced: readonly Receipt[];
}

/** What a batch adds to the ledger, sorted by registry and day of receipt. */
export function balanceOf({ readings, fresh, replaced }: Batch): readonly LedgerDelta[] {
  const deltas = new Map<string, LedgerDelta>();
  const of = ({ registry, receivedAt }: Receipt): LedgerDelta => {
    const day = dayOf(receivedAt);
    return getOrAdd(deltas, keyOf(registry, day), () => ({
      registry,
      day,
      received: 0,
      tracked: 0,
      duplicates: 0,
      rejected: 0,
    }));
  };
  for (const reading of readings) {
    const delta = of(reading);
    delta.received++;
    delta.duplicates++;
  }
  for (const reading of fresh) {
    const delta = of(reading);
    delta.duplicates--;
    if (reading.kind === "event") delta.tracked++;
    else delta.rejected++;
  }
  for (const receipt of replaced) {
    const delta = of(receipt);
    delta.received--;
    delta.rejected--;
  }
  return sortedByKey(deltas);
}
