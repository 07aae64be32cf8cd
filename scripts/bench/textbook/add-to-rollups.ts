import { dayOf, isUser, usernameOf, type TrackingEvent } from "@tallyman/events";
import type { Knex } from "knex";

/** Adds one event to the rollups, a statement for each. */
export async function addToRollups(
  database: Knex.Transaction,
  event: TrackingEvent,
): Promise<void> {
  const isManifest = event.targetKind === "tag" || event.targetKind === "manifest";
  const facts = {
    pushes: event.operation === "push" && isManifest ? 1 : 0,
    pulls: event.operation === "pull" && isManifest ? 1 : 0,
    bytes: event.operation === "push" || event.operation === "pull" ? (event.sizeBytes ?? 0) : 0,
  };
  await addToTag(database, event);
  await addToActor(database, event, facts);
  await addToRepository(database, event, facts);
  const { registry, repository, action } = event;
  const day = { day: dayOf(event.occurredAt), action };
  const counts = {
    events: 1,
    bytes: facts.bytes,
    repositories_created: event.createdRepository ? 1 : 0,
  };
  await database("repository_daily")
    .insert({ registry, repository, ...day, ...counts })
    .onConflict(["registry", "repository", "day", "action"])
    .merge(sums(database, "repository_daily", Object.keys(counts)));
  await database("event_rollups")
    .insert({ registry, ...day, ...counts })
    .onConflict(["registry", "day", "action"])
    .merge(sums(database, "event_rollups", Object.keys(counts)));
}

async function addToTag(database: Knex.Transaction, event: TrackingEvent): Promise<void> {
  const { registry, repository, tag, operation, occurredAt: at } = event;
  if (tag === null || !["push", "pull", "delete"].includes(operation)) return;
  const when = (wanted: string): string | null => (operation === wanted ? at : null);
  await database("tag_stats")
    .insert({
      registry,
      repository,
      tag,
      digest: operation === "push" ? event.digest : null,
      pushes: operation === "push" ? 1 : 0,
      pulls: operation === "pull" ? 1 : 0,
      first_pushed_at: when("push"),
      last_pushed_at: when("push"),
      first_pulled_at: when("pull"),
      last_pulled_at: when("pull"),
      deleted_at: when("delete"),
    })
    .onConflict(["registry", "repository", "tag"])
    .merge({
      ...sums(database, "tag_stats", ["pushes", "pulls"]),
      ...spans(database, "tag_stats", ["pushed_at", "pulled_at"]),
      digest: database.raw(
        `case when excluded.last_pushed_at > coalesce(tag_stats.last_pushed_at, '-infinity')
          or (excluded.last_pushed_at = tag_stats.last_pushed_at and excluded.digest > tag_stats.digest)
          then excluded.digest else tag_stats.digest end`,
      ),
      deleted_at: database.raw(
        `case when greatest(tag_stats.last_pushed_at, excluded.last_pushed_at)
          > greatest(tag_stats.deleted_at, excluded.deleted_at)
          then null else greatest(tag_stats.deleted_at, excluded.deleted_at) end`,
      ),
    });
}

interface Facts {
  readonly pushes: number;
  readonly pulls: number;
  readonly bytes: number;
}

async function addToActor(
  database: Knex.Transaction,
  event: TrackingEvent,
  { pushes, pulls }: Facts,
): Promise<void> {
  const { registry, repository, actorName, actorType, occurredAt: at } = event;
  if (actorName === null) return;
  const name = isUser(actorName, actorType) ? usernameOf(actorName) : actorName.toLowerCase();
  await database("repository_actors")
    .insert({
      registry,
      repository,
      actor_name: name,
      actor_type: actorType,
      pushes,
      pulls,
      first_seen_at: at,
      last_seen_at: at,
    })
    .onConflict(
      database.raw("(registry, repository, actor_name, (coalesce(actor_type, '')))") as never,
    )
    .merge({
      ...sums(database, "repository_actors", ["pushes", "pulls"]),
      ...spans(database, "repository_actors", ["seen_at"]),
    });
}

async function addToRepository(
  database: Knex.Transaction,
  event: TrackingEvent,
  { pushes, pulls, bytes }: Facts,
): Promise<void> {
  const { registry, repository, occurredAt: at } = event;
  await database("repository_stats")
    .insert({
      registry,
      repository,
      pushes,
      pulls,
      first_pushed_at: pushes > 0 ? at : null,
      last_pushed_at: pushes > 0 ? at : null,
      first_pulled_at: pulls > 0 ? at : null,
      last_pulled_at: pulls > 0 ? at : null,
      bytes_pushed: event.operation === "push" ? bytes : 0,
      bytes_pulled: event.operation === "pull" ? bytes : 0,
    })
    .onConflict(["registry", "repository"])
    .merge({
      ...sums(database, "repository_stats", ["pushes", "pulls", "bytes_pushed", "bytes_pulled"]),
      ...spans(database, "repository_stats", ["pushed_at", "pulled_at"]),
    });
}

/** Each column is the old value plus the new one. */
function sums(database: Knex.Transaction, table: string, columns: readonly string[]) {
  return Object.fromEntries(
    columns.map((column) => [column, database.raw("??.?? + excluded.??", [table, column, column])]),
  );
}

/** first_… is the earliest, last_… the latest of both. */
function spans(database: Knex.Transaction, table: string, endings: readonly string[]) {
  return Object.fromEntries(
    endings.flatMap((ending) =>
      [["least", `first_${ending}`] as const, ["greatest", `last_${ending}`] as const].map(
        ([pick, column]) => [
          column,
          database.raw(`${pick}(??.??, excluded.??)`, [table, column, column]),
        ],
      ),
    ),
  );
}
