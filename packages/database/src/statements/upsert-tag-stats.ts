import type { TagDelta } from "@tallyman/events";
import type pg from "pg";
import { columns, run } from "../transaction.ts";

// The digest belongs to the latest push, the greater digest at the same instant; digests compare byte by byte, as in
// JavaScript. A deletion stands unless a push is later; at the same instant the deletion wins. A deletion that an older
// push hides can be forgotten: the push stays later whatever arrives.
const TEXT = `
insert into tag_stats as t (
  registry, repository, tag, digest, pushes, pulls,
  first_pushed_at, last_pushed_at, first_pulled_at, last_pulled_at, deleted_at)
select registry, repository, tag, digest, pushes, pulls,
  first_pushed_at, last_pushed_at, first_pulled_at, last_pulled_at,
  case when last_pushed_at > deleted_at then null else deleted_at end
from unnest(
  $1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
  $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
  as new (registry, repository, tag, digest, pushes, pulls,
    first_pushed_at, last_pushed_at, first_pulled_at, last_pulled_at, deleted_at)
on conflict (registry, repository, tag) do update set
  digest = case
    when excluded.last_pushed_at is null then t.digest
    when t.last_pushed_at is null or excluded.last_pushed_at > t.last_pushed_at then excluded.digest
    when excluded.last_pushed_at < t.last_pushed_at then t.digest
    when coalesce(excluded.digest, '') collate "C" > coalesce(t.digest, '') then excluded.digest
    else t.digest
  end,
  pushes = t.pushes + excluded.pushes,
  pulls = t.pulls + excluded.pulls,
  first_pushed_at = least(t.first_pushed_at, excluded.first_pushed_at),
  last_pushed_at = greatest(t.last_pushed_at, excluded.last_pushed_at),
  first_pulled_at = least(t.first_pulled_at, excluded.first_pulled_at),
  last_pulled_at = greatest(t.last_pulled_at, excluded.last_pulled_at),
  deleted_at = case
    when greatest(t.last_pushed_at, excluded.last_pushed_at) > greatest(t.deleted_at, excluded.deleted_at) then null
    else greatest(t.deleted_at, excluded.deleted_at)
  end`;

/** Adds to `tag_stats`. */
export async function upsertTagStats(
  client: pg.ClientBase,
  deltas: readonly TagDelta[],
): Promise<void> {
  await run(client, "upsert-tag-stats", TEXT, [
    ...columns(deltas, ["registry", "repository", "tag", "digest", "pushes", "pulls"]),
    ...columns(
      deltas.map(({ pushed }) => pushed),
      ["first", "last"],
    ),
    ...columns(
      deltas.map(({ pulled }) => pulled),
      ["first", "last"],
    ),
    ...columns(deltas, ["deletedAt"]),
  ]);
}
