import type { ActorDelta } from "@tallyman/events";
import type pg from "pg";
import { columns, run } from "../transaction.ts";

const TEXT = `
insert into repository_actors as a (
  registry, repository, actor_name, actor_type, pushes, pulls, first_seen_at, last_seen_at)
select * from unnest(
  $1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::timestamptz[], $8::timestamptz[])
on conflict (registry, repository, actor_name, (coalesce(actor_type, ''))) do update set
  pushes = a.pushes + excluded.pushes,
  pulls = a.pulls + excluded.pulls,
  first_seen_at = least(a.first_seen_at, excluded.first_seen_at),
  last_seen_at = greatest(a.last_seen_at, excluded.last_seen_at)`;

/** Adds to `repository_actors`. */
export async function upsertRepositoryActors(
  client: pg.ClientBase,
  deltas: readonly ActorDelta[],
): Promise<void> {
  await run(client, "upsert-repository-actors", TEXT, [
    ...columns(deltas, ["registry", "repository", "actorName", "actorType", "pushes", "pulls"]),
    ...columns(
      deltas.map(({ seen }) => seen),
      ["first", "last"],
    ),
  ]);
}
