import { inParts, type Reading } from "@tallyman/events";
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
import { MAX_EVENTS_PER_TRANSACTION } from "./tracking-store.ts";

/**
 * What replaying some rejected events would come to, without a lock and without writing anything. That the database
 * itself refuses an event cannot be known before.
 */
export async function forecastReplay(
  client: pg.ClientBase,
  ids: readonly number[],
): Promise<readonly Replayed[]> {
  const { rows } = await client.query<Stored<KeptEvent>>(
    `select ${COLUMNS}, payload from rejected_events where id = any($1) order by id`,
    [ids],
  );
  const found = new Map(rows.map(withNumber).map((event) => [event.id, new Forecast(event)]));
  const seen = new Set<string>();
  for (const part of inParts(rereadAll(found.values()), MAX_EVENTS_PER_TRANSACTION)) {
    const keys = part.map(({ reading }) => reading.key);
    const known = await knownKeys(client, keys);
    for (const { forecast, reading } of part) {
      forecast.add(reading, known.has(reading.key) || seen.has(reading.key));
      seen.add(reading.key);
    }
  }
  return ids.map((id) => found.get(id)?.outcome() ?? unchanged(id, "missing"));
}

/** What would become of one rejected event. */
class Forecast {
  readonly event: KeptEvent;
  /** The first two readings: more than one are a body. */
  readonly #first: Reading[] = [];
  #tracked = 0;
  #duplicates = 0;
  #rejected = 0;

  constructor(event: KeptEvent) {
    this.event = event;
  }

  add(reading: Reading, isKnown: boolean): void {
    if (this.#first.length < 2) this.#first.push(reading);
    if (isKnown) this.#duplicates++;
    else if (reading.kind === "event") this.#tracked++;
    else this.#rejected++;
  }

  outcome(): Replayed {
    const { id } = this.event;
    const closed = closedOutcome(this.event);
    if (closed !== undefined) return unchanged(id, closed);
    if (isRejectedStill(this.#first)) {
      const { reason, detail } = asRejectedNow({ event: this.event, readings: this.#first });
      return { ...unchanged(id, "still_rejected"), reason, detail };
    }
    return {
      id,
      outcome: "replayed",
      tracked: this.#tracked,
      duplicates: this.#duplicates,
      rejected: this.#rejected,
    };
  }
}

function* rereadAll(
  forecasts: Iterable<Forecast>,
): Generator<{ readonly forecast: Forecast; readonly reading: Reading }> {
  for (const forecast of forecasts) {
    if (closedOutcome(forecast.event) !== undefined) continue;
    for (const reading of rereadRejected(forecast.event)) yield { forecast, reading };
  }
}

async function knownKeys(client: pg.ClientBase, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ key: string }>(
    "select replace(key::text, '-', '') as key from tallyman.event_keys where key = any($1::uuid[])",
    [keys],
  );
  return new Set(rows.map(({ key }) => key));
}
