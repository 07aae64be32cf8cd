import type { DailyDelta } from "@tallyman/events";
import type pg from "pg";
import { columns, run } from "../transaction.ts";

const TEXT = `
insert into repository_daily as r (registry, repository, day, action, events, bytes, repositories_created, pushes)
select * from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::bigint[], $6::numeric[], $7::bigint[],
  $8::bigint[])
on conflict (registry, repository, day, action) do update set
  events = r.events + excluded.events,
  bytes = r.bytes + excluded.bytes,
  repositories_created = r.repositories_created + excluded.repositories_created,
  pushes = r.pushes + excluded.pushes`;

/** Adds to `repository_daily`. */
export async function upsertRepositoryDaily(
  client: pg.ClientBase,
  deltas: readonly DailyDelta[],
): Promise<void> {
  const values = columns(deltas, [
    "registry",
    "repository",
    "day",
    "action",
    "events",
    "bytes",
    "repositoriesCreated",
    "pushes",
  ]);
  await run(client, "upsert-repository-daily", TEXT, values);
}
