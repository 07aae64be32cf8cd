import type { MonthlyDelta } from "@tallyman/events";
import type pg from "pg";
import { columns, run } from "../transaction.ts";

const TEXT = `
insert into repository_monthly as r (registry, repository, month, pulls, pushes, bytes, events)
select * from unnest($1::text[], $2::text[], $3::date[], $4::bigint[], $5::bigint[], $6::numeric[], $7::bigint[])
on conflict (registry, repository, month) do update set
  pulls = r.pulls + excluded.pulls,
  pushes = r.pushes + excluded.pushes,
  bytes = r.bytes + excluded.bytes,
  events = r.events + excluded.events`;

/** Adds to `repository_monthly`. */
export async function upsertRepositoryMonthly(
  client: pg.ClientBase,
  deltas: readonly MonthlyDelta[],
): Promise<void> {
  const values = columns(deltas, [
    "registry",
    "repository",
    "month",
    "pulls",
    "pushes",
    "bytes",
    "events",
  ]);
  await run(client, "upsert-repository-monthly", TEXT, values);
}
