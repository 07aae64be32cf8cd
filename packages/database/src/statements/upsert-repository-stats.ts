import type { RepositoryDelta } from "@tallyman/events";
import type pg from "pg";
import { columns, run } from "../transaction.ts";

// least() and greatest() pass over nulls, so "never" needs no case of its own.
const TEXT = `
insert into repository_stats as r (
  registry, repository, pushes, pulls, bytes_pushed, bytes_pulled,
  first_pushed_at, last_pushed_at, first_pulled_at, last_pulled_at)
select * from unnest(
  $1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::numeric[], $6::numeric[],
  $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
on conflict (registry, repository) do update set
  pushes = r.pushes + excluded.pushes,
  pulls = r.pulls + excluded.pulls,
  bytes_pushed = r.bytes_pushed + excluded.bytes_pushed,
  bytes_pulled = r.bytes_pulled + excluded.bytes_pulled,
  first_pushed_at = least(r.first_pushed_at, excluded.first_pushed_at),
  last_pushed_at = greatest(r.last_pushed_at, excluded.last_pushed_at),
  first_pulled_at = least(r.first_pulled_at, excluded.first_pulled_at),
  last_pulled_at = greatest(r.last_pulled_at, excluded.last_pulled_at)`;

/** Adds to `repository_stats`. */
export async function upsertRepositoryStats(
  client: pg.ClientBase,
  deltas: readonly RepositoryDelta[],
): Promise<void> {
  await run(client, "upsert-repository-stats", TEXT, [
    ...columns(deltas, ["registry", "repository", "pushes", "pulls", "bytesPushed", "bytesPulled"]),
    ...columns(
      deltas.map(({ pushed }) => pushed),
      ["first", "last"],
    ),
    ...columns(
      deltas.map(({ pulled }) => pulled),
      ["first", "last"],
    ),
  ]);
}
