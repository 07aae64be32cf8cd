import type pg from "pg";

/** Which rejected events are meant; everything left out means any. */
export interface RejectedFilter {
  readonly registry?: string | undefined;
  readonly reason?: string | undefined;
  /** Received at or after this time, in a form that Postgres reads. */
  readonly since?: string | undefined;
  /** Also those that were replayed or discarded; otherwise only open ones. */
  readonly all?: boolean | undefined;
}

/** A row of `rejected_events`, without its payload. Times are ISO 8601 in UTC. */
export interface RejectedEvent {
  readonly id: number;
  readonly registry: string;
  readonly receivedAt: string;
  readonly reason: string;
  readonly detail: string;
  readonly eventId: string | null;
  readonly replayedAt: string | null;
  readonly discardedAt: string | null;
}

/** With the event as it was received; empty when it was discarded. */
export interface KeptEvent extends RejectedEvent {
  readonly payload: string;
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The columns of a `RejectedEvent`. */
export const COLUMNS = `id, registry, ${iso("received_at")} as "receivedAt", reason, detail, event_id as "eventId",
  ${iso("replayed_at")} as "replayedAt", ${iso("discarded_at")} as "discardedAt"`;

/** What makes a rejected event open: it can be replayed or discarded. */
export const OPEN = "replayed_at is null and discarded_at is null";

/** The condition of a filter, with its parameters from $1 on. */
export function conditionOf({ registry, reason, since, all }: RejectedFilter): {
  readonly text: string;
  readonly values: readonly unknown[];
} {
  return {
    text: `($1::text is null or registry = $1) and ($2::text is null or reason = $2)
      and ($3::timestamptz is null or received_at >= $3)${all === true ? "" : ` and ${OPEN}`}`,
    values: [registry ?? null, reason ?? null, since ?? null],
  };
}

/**
 * Rejected events, the latest first, and how many there are in all.
 *
 * @param limit how many are returned at most
 */
export async function listRejected(
  client: pg.ClientBase,
  filter: RejectedFilter,
  limit: number,
): Promise<{ readonly total: number; readonly events: readonly RejectedEvent[] }> {
  const { text, values } = conditionOf(filter);
  const { rows } = await client.query<Stored<RejectedEvent>>(
    `select ${COLUMNS} from rejected_events where ${text} order by rejected_events.id desc limit $4`,
    [...values, limit],
  );
  return { total: await countRejected(client, filter), events: rows.map(withNumber) };
}

/** How many rejected events there are. */
export async function countRejected(
  client: pg.ClientBase,
  filter: RejectedFilter,
): Promise<number> {
  const { text, values } = conditionOf(filter);
  const { rows } = await client.query<{ total: string }>(
    `select count(*) as total from rejected_events where ${text}`,
    [...values],
  );
  return Number(rows[0]?.total);
}

/** One rejected event, whatever became of it; undefined when there is none with that number. */
export async function findRejected(
  client: pg.ClientBase,
  id: number,
): Promise<KeptEvent | undefined> {
  const { rows } = await client.query<Stored<KeptEvent>>(
    `select ${COLUMNS}, payload from rejected_events where id = $1`,
    [id],
  );
  return rows.map(withNumber)[0];
}

/** A row as pg gives it: a bigint is text. */
export type Stored<Row> = Omit<Row, "id"> & { readonly id: string };

export function withNumber<Row extends { readonly id: number }>(row: Stored<Row>): Row {
  return { ...row, id: Number(row.id) } as unknown as Row;
}
