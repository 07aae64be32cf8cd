import { PLAIN_NAMES, type ActorNames } from "@tallyman/events";
import type pg from "pg";
import { forecastReplay } from "./forecast-replay.ts";
import { batchesOf, countSelected, type RejectedSelection } from "./rejected-batches.ts";
import { replayBatch } from "./replay-batch.ts";
import type { Replayed } from "./replayed.ts";
import type { UserDirectory } from "./users-of-batch.ts";

export interface ReplayOptions {
  /** As the workers have it. */
  readonly directory: UserDirectory;
  readonly names?: ActorNames;
  /** Only tells what would become of them; takes no locks and writes nothing. */
  readonly dryRun: boolean;
  /** Hears of each event, after the COMMIT of its batch. */
  readonly onReplayed: (replayed: Replayed) => void;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Reads rejected events again with the reader of this version and counts those that it understands, like any other
 * event: once, on their day of receipt. In the ledger they move from rejected to tracked, or to duplicates when the
 * same event was counted meanwhile. One transaction per batch, several for a body too large for one; whoever else
 * replays the same events at the same time changes nothing about that.
 */
export async function replayRejected(
  client: pg.ClientBase,
  selection: RejectedSelection,
  { directory, names = PLAIN_NAMES, dryRun, onReplayed, onProgress }: ReplayOptions,
): Promise<void> {
  const total = onProgress === undefined ? 0 : await countSelected(client, selection);
  // Who names an event waits for its turn; who takes all passes over what others are at.
  const wait = "ids" in selection;
  let done = 0;
  for await (const ids of batchesOf(client, selection)) {
    for (let left = ids; left.length > 0;) {
      const batch = dryRun
        ? await forecastReplay(client, left)
        : await replayBatch(client, left, { directory, names, wait });
      for (const replayed of batch) onReplayed(replayed);
      done += batch.length;
      onProgress?.(done, total);
      left = left.slice(batch.length);
    }
  }
}
