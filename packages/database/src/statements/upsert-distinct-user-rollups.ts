import type pg from "pg";
import { columns, run } from "../transaction.ts";
import type { NewMembers } from "./insert-distinct-members.ts";

const TEXT = `
insert into distinct_user_rollups as r (registry, metric, period, period_start, distinct_users)
select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::bigint[])
on conflict (registry, metric, period, period_start) do update set
  distinct_users = r.distinct_users + excluded.distinct_users`;

/** Adds newly seen users to `distinct_user_rollups`. */
export async function upsertDistinctUserRollups(
  client: pg.ClientBase,
  newMembers: readonly NewMembers[],
): Promise<void> {
  const values = columns(newMembers, ["registry", "metric", "period", "periodStart", "users"]);
  await run(client, "upsert-distinct-user-rollups", TEXT, values);
}
