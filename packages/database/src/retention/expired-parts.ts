import type pg from "pg";

/** Tracking rows that are older than they have to be kept. */
export interface ExpiredPart {
  /** The partition that is dropped; null for rows of months without a partition, which are deleted. */
  readonly partition: string | null;
  /** First day of the partition's month, or of the oldest row's. */
  readonly month: string;
  readonly rows: number;
  /** Bytes on disk that are given back at once; null where rows are deleted. */
  readonly bytes: number | null;
}

/** Where rows of months without a partition lie. */
export const OTHER = "tallyman.tracking_events_other";

const PARTITIONS = `
  select c.relname as partition, to_char(month, 'YYYY-MM-DD') as month, pg_total_relation_size(c.oid) as bytes
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  cross join lateral to_date(substring(c.relname from '^tracking_events_(\\d{4}_\\d{2})$'), 'YYYY_MM') as month
  where i.inhparent = 'tracking_events'::regclass and month + interval '1 month' <= $1::date
  order by month`;

/** The first day that must be kept: the first of the month that was current so many days ago, in UTC. */
export async function horizonOf(client: pg.ClientBase, keepDays: number): Promise<string> {
  const { rows } = await client.query<{ horizon: string }>(
    `select to_char(date_trunc('month', (now() at time zone 'UTC') - make_interval(days => $1)), 'YYYY-MM-DD')
       as horizon`,
    [keepDays],
  );
  return rows[0]?.horizon ?? "";
}

/**
 * The tracking rows before a day, in the parts in which they are removed, the oldest partition first.
 *
 * @param horizon the first of a month, `YYYY-MM-DD`
 */
export async function expiredParts(
  client: pg.ClientBase,
  horizon: string,
): Promise<readonly ExpiredPart[]> {
  const { rows: partitions } = await client.query<{
    partition: string;
    month: string;
    bytes: string;
  }>(PARTITIONS, [horizon]);
  const parts: ExpiredPart[] = [];
  for (const { partition, month, bytes } of partitions) {
    const { rows } = await client.query<{ rows: string }>(
      `select count(*) as rows from tallyman.${client.escapeIdentifier(partition)}`,
    );
    parts.push({ partition, month, rows: Number(rows[0]?.rows), bytes: Number(bytes) });
  }
  const { rows: others } = await client.query<{ rows: string; month: string | null }>(
    `select count(*) as rows, to_char(date_trunc('month', min(occurred_at) at time zone 'UTC'), 'YYYY-MM-DD') as month
     from ${OTHER} where ${before(horizon)}`,
  );
  const [other] = others;
  if (other !== undefined && other.month !== null) {
    parts.push({ partition: null, month: other.month, rows: Number(other.rows), bytes: null });
  }
  return parts;
}

/** The condition that a tracking row is before a day. @param horizon `YYYY-MM-DD` */
export function before(horizon: string): string {
  return `occurred_at < '${horizon} 00:00:00+00'::timestamptz`;
}
