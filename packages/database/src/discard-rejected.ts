import type pg from "pg";
import { batchesOf, countSelected, type RejectedSelection } from "./rejected-batches.ts";
import { OPEN } from "./rejected-events.ts";

export interface DiscardOptions {
  /** Only tells which events would be discarded. */
  readonly dryRun: boolean;
  /** Hears of each selected event, after COMMIT; false when it was not open, or is not there at all. */
  readonly onDiscarded: (id: number, wasOpen: boolean) => void;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Gives rejected events up: their payload is removed and they cannot be replayed any more. They were received, so they
 * stay in the ledger as rejected, their row stays, and the same event is still recognised when it comes again.
 */
export async function discardRejected(
  client: pg.ClientBase,
  selection: RejectedSelection,
  { dryRun, onDiscarded, onProgress }: DiscardOptions,
): Promise<void> {
  const total = onProgress === undefined ? 0 : await countSelected(client, selection);
  let done = 0;
  for await (const ids of batchesOf(client, selection)) {
    const open = new Set(await (dryRun ? selectOpen(client, ids) : discard(client, ids)));
    for (const id of ids) onDiscarded(id, open.has(id));
    done += ids.length;
    onProgress?.(done, total);
  }
}

async function selectOpen(client: pg.ClientBase, ids: readonly number[]): Promise<number[]> {
  const { rows } = await client.query<{ id: string }>(
    `select id from rejected_events where id = any($1) and ${OPEN}`,
    [ids],
  );
  return rows.map(({ id }) => Number(id));
}

/** The lock comes first and in order, so that two who discard or replay the same do not wait for each other. */
async function discard(client: pg.ClientBase, ids: readonly number[]): Promise<number[]> {
  const { rows } = await client.query<{ id: string }>(
    `with locked as (
       select id from rejected_events where id = any($1) and ${OPEN} order by id for update
     )
     update rejected_events r set discarded_at = now(), payload = ''
     from locked where r.id = locked.id
     returning r.id`,
    [ids],
  );
  return rows.map(({ id }) => Number(id));
}
