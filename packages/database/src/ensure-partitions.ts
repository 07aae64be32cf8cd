import type pg from "pg";

/** Months for which partitions are kept ready, counted from the current one. */
const MONTHS_AHEAD = 3;

/**
 * Makes the monthly partitions of `tracking_events` for the last month, the current one and the next ones. Events of
 * any other month go to the default partition.
 *
 * @returns how many were made
 */
export async function ensurePartitions(pool: pg.Pool, now: Date): Promise<number> {
  let made = 0;
  for (let offset = -1; offset <= MONTHS_AHEAD; offset++) {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
    if (await ensureMonthPartition(pool, month.toISOString().slice(0, 10))) made++;
  }
  return made;
}

/**
 * Makes the partition of one month.
 *
 * @param month any day of it, `YYYY-MM-DD`
 * @returns false when it was there
 */
export async function ensureMonthPartition(
  client: pg.Pool | pg.ClientBase,
  month: string,
): Promise<boolean> {
  const { rows } = await client.query<{ made: boolean }>(
    "select tallyman.ensure_month_partition($1::date) as made",
    [month],
  );
  return rows[0]?.made === true;
}
