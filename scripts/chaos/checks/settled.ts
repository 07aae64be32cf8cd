import { readNotification } from "@tallyman/events";
import type pg from "pg";
import type { DeliveryLog, SentBody } from "../load/delivery-log.ts";

/** What the tables say about what was sent. */
export interface Settled {
  readonly faults: readonly string[];
  /** Acknowledged events that are nowhere. */
  readonly lost: number;
  /** Bodies that were counted, with the time of receipt that the tables have. */
  readonly counted: readonly (SentBody & { readonly receivedAt: string })[];
  readonly duplicates: number;
}

/** For reading a body whose time of receipt does not matter. */
const ANY_TIME = "2026-01-01T00:00:00.000Z";

/** L, U and C, and that nothing is in the tables which nobody sent. */
export async function checkSettled(pool: pg.Pool, log: DeliveryLog): Promise<Settled> {
  const faults: string[] = [];
  const keys = new Set(
    await column(pool, "select replace(key::text, '-', '') as value from tallyman.event_keys"),
  );
  const received = await timesOfReceipt(pool);
  const sent = new Set<string>();
  const counted: (SentBody & { receivedAt: string })[] = [];
  let lost = 0;
  for (const body of log.bodies()) {
    const readings = readNotification({ ...body, receivedAt: ANY_TIME });
    const settled = readings.filter(({ key }) => keys.has(key));
    for (const { key } of readings) sent.add(key);
    if (body.acknowledged > 0) lost += readings.length - settled.length;
    if (settled.length === 0) continue;
    if (settled.length < readings.length) {
      faults.push(`a notification was counted in part: ${body.body.slice(0, 200)}`);
    }
    const times = readings.map(({ registry, eventId }) => received.get(`${registry}\n${eventId}`));
    const receivedAt = times.find((time) => time !== undefined) ?? ANY_TIME;
    counted.push({ ...body, receivedAt });
  }
  if (lost > 0) faults.push(`L ${lost} acknowledged events are lost`);
  const unknown = [...keys].filter((key) => !sent.has(key)).length;
  if (unknown > 0) faults.push(`${unknown} keys of events that nobody sent`);

  for (const [what, sql] of Object.entries(MUST_BE_ZERO)) {
    const [wrong] = await column(pool, `select count(*)::int as value from (${sql}) wrong`);
    if (Number(wrong) > 0) faults.push(`${what}: ${wrong}`);
  }
  const [total, duplicates] = await column(
    pool,
    "select unnest(array[coalesce(sum(received), 0), coalesce(sum(duplicates), 0)]) as value from ledger",
  );
  // A job that is done twice is received twice, so there may be more, never fewer.
  if (Number(total) + lost < log.acknowledgedEvents) {
    faults.push(`the ledger has received ${total} events of ${log.acknowledgedEvents}`);
  }
  return { faults, lost, counted, duplicates: Number(duplicates) };
}

const REPOSITORY = "registry, repository";

const MUST_BE_ZERO: Readonly<Record<string, string>> = {
  "U events tracked twice":
    "select from tracking_events group by registry, event_id having count(*) > 1",
  "U events rejected twice":
    "select from rejected_events where event_id is not null group by registry, event_id having count(*) > 1",
  "U events both tracked and rejected":
    "select from tracking_events t join rejected_events r using (registry, event_id)",
  "keys without a row, or rows without a key":
    "select where (select count(*) from tallyman.event_keys) <> (select count(*) from tracking_events) + (select count(*) from rejected_events)",
  "C repositories without exactly one creation": `select from tracking_events group by ${REPOSITORY}
    having bool_or(operation in ('push', 'mount')) and count(*) filter (where created_repository) <> 1`,
  "C creations of what is not in the table, or the other way round": `
    (select ${REPOSITORY} from tracking_events where created_repository except select registry, path from container_repositories)
    union all (select registry, path from container_repositories except select ${REPOSITORY} from tracking_events where created_repository)`,
  "ledger rows that do not balance":
    "select from ledger where received <> tracked + duplicates + rejected",
};

async function timesOfReceipt(pool: pg.Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; at: string }>(
    `select registry || E'\\n' || event_id as id,
       to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
     from (select registry, event_id, received_at from tracking_events
       union all select registry, event_id, received_at from rejected_events where event_id is not null) r`,
  );
  return new Map(rows.map(({ id, at }) => [id, at]));
}

async function column(pool: pg.Pool, sql: string): Promise<string[]> {
  const { rows } = await pool.query<{ value: string }>(sql);
  return rows.map(({ value }) => value);
}
