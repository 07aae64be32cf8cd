import type pg from "pg";
import { COLUMNS, withNumber, type KeptEvent, type Stored } from "./rejected-events.ts";
import {
  asRejectedNow,
  closedOutcome,
  isRejectedStill,
  unchanged,
  type Replayed,
} from "./replayed.ts";
import { rereadRejected } from "./reread-rejected.ts";

/**
 * What replaying some rejected events would come to, without a lock and without writing anything. That the database
 * itself refuses an event cannot be known before.
 */
export async function forecastReplay(
  client: pg.ClientBase,
  ids: readonly number[],
): Promise<readonly Replayed[]> {
  const { rows } = await client.query<Stored<KeptEvent>>(
    `select ${COLUMNS}, payload from rejected_events where id = any($1)`,
    [ids],
  );
  const found = new Map(rows.map(withNumber).map((event) => [event.id, event]));
  const rereads = ids.flatMap((id) => {
    const event = found.get(id);
    return event === undefined || closedOutcome(event) !== undefined
      ? []
      : [{ event, readings: rereadRejected(event) }];
  });
  const known = await knownKeys(
    client,
    rereads.flatMap(({ readings }) => readings.map(({ key }) => key)),
  );
  const forecasts = new Map(
    rereads.map(({ event, readings }): [number, Replayed] => {
      if (isRejectedStill(readings)) {
        const { id, reason, detail } = asRejectedNow({ event, readings });
        return [id, { ...unchanged(id, "still_rejected"), reason, detail }];
      }
      let [tracked, duplicates, rejected] = [0, 0, 0];
      for (const { key, kind } of readings) {
        if (known.has(key)) duplicates++;
        else if (kind === "event") tracked++;
        else rejected++;
        known.add(key);
      }
      return [event.id, { id: event.id, outcome: "replayed", tracked, duplicates, rejected }];
    }),
  );
  return ids.map((id) => {
    const event = found.get(id);
    const closed = event === undefined ? "missing" : closedOutcome(event);
    return forecasts.get(id) ?? unchanged(id, closed ?? "missing");
  });
}

async function knownKeys(client: pg.ClientBase, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ key: string }>(
    "select replace(key::text, '-', '') as key from tallyman.event_keys where key = any($1::uuid[])",
    [keys],
  );
  return new Set(rows.map(({ key }) => key));
}
