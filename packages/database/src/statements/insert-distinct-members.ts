import type { Metric, Period } from "@tallyman/events";
import type pg from "pg";
import { columns, run } from "../transaction.ts";

/** A user in the set of one metric and period. */
export interface Member {
  readonly metric: Metric;
  readonly period: Period;
  /** `YYYY-MM-DD`. */
  readonly periodStart: string;
  readonly userId: number;
}

/** How many users are new in a period. */
export interface NewMembers {
  readonly registry: string;
  readonly metric: string;
  readonly period: string;
  readonly periodStart: string;
  readonly users: number;
}

const TEXT = `
with inserted as (
  insert into tallyman.distinct_members (metric, period, period_start, user_id)
  select * from unnest($1::tallyman.metric[], $2::tallyman.period[], $3::date[], $4::bigint[])
  on conflict do nothing
  returning metric, period, period_start, user_id
)
select u.registry, i.metric::text, i.period::text, i.period_start::text as "periodStart", count(*)::int as users
from inserted i join users u on u.id = i.user_id
group by 1, 2, 3, 4
order by 1, 2, 3, 4`;

/**
 * Adds users to the exact sets.
 *
 * @param members different ones, in one order for all workers
 * @returns for each period how many users are new to it, sorted by the key of `distinct_user_rollups`
 */
export function insertDistinctMembers(
  client: pg.ClientBase,
  members: readonly Member[],
): Promise<readonly NewMembers[]> {
  const values = columns(members, ["metric", "period", "periodStart", "userId"]);
  return run<NewMembers>(client, "insert-distinct-members", TEXT, values);
}
