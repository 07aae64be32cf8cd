import type pg from "pg";
import type { Row, Tables } from "./reference-model.ts";

const at = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** What the reference model's rows hold, in the same order of columns. Actor types are text there, '' for none. */
const QUERIES: Readonly<Record<string, string>> = {
  container_repositories: `select registry, path, origin, ${at("created_at")}, ${at("deleted_at")} from container_repositories`,
  users: "select registry || '/' || username from users",
  tracking_events: `select e.registry, event_id, ${at("occurred_at")}, ${at("received_at")}, timestamp_source, operation,
    target_kind, action, created_repository::text, repository, tag, digest, media_type, size_bytes, actor_name, actor_type,
    u.registry || '/' || u.username, user_agent, request_id, source_instance
    from tracking_events e left join users u on u.id = e.user_id`,
  rejected_events: "select registry, reason, detail, event_id, payload from rejected_events",
  ledger: "select registry, day, received, tracked, duplicates, rejected from ledger",
  distinct_user_rollups:
    "select registry, metric, period, period_start, distinct_users from distinct_user_rollups",
  event_rollups:
    "select registry, day, action, events, bytes, repositories_created from event_rollups",
  repository_daily:
    "select registry, repository, day, action, events, bytes, repositories_created, pushes from repository_daily",
  repository_monthly:
    "select registry, repository, month, pulls, pushes, bytes, events from repository_monthly",
  repository_stats: `select registry, repository, pushes, pulls, ${at("first_pushed_at")}, ${at("last_pushed_at")},
    ${at("first_pulled_at")}, ${at("last_pulled_at")}, bytes_pushed, bytes_pulled from repository_stats`,
  repository_actors: `select registry, repository, actor_name, coalesce(actor_type, ''), pushes, pulls,
    ${at("first_seen_at")}, ${at("last_seen_at")} from repository_actors`,
  actor_daily: `select registry, actor_name, repository, day, action, sum(events), sum(bytes), sum(pushes),
    ${at("max(last_seen_at)")} from actor_daily group by 1, 2, 3, 4, 5`,
  tag_stats: `select registry, repository, tag, pushes, pulls, ${at("first_pushed_at")}, ${at("last_pushed_at")},
    ${at("first_pulled_at")}, ${at("last_pulled_at")}, digest, ${at("deleted_at")} from tag_stats`,
};

const VIEWS = ["actor_daily"];
const TABLES = Object.keys(QUERIES).filter((name) => !VIEWS.includes(name));

/** Every value as the text Postgres shows. */
const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** Every table of the contract as sorted rows of text, in the shape of the reference model. */
export async function readTables(pool: pg.Pool): Promise<Tables> {
  const tables: Record<string, readonly Row[]> = {};
  for (const [table, text] of Object.entries(QUERIES)) {
    const { rows } = await pool.query<Row>({ text, rowMode: "array", types: AS_TEXT });
    tables[table] = rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  return tables;
}

/** Empties every table. */
export async function clearTables(pool: pg.Pool): Promise<void> {
  await pool.query(
    `truncate ${TABLES.join(", ")}, tallyman.actor_days, tallyman.event_keys, tallyman.distinct_members, removals, erasures,
       tallyman.removed_repository_stats, tallyman.removed_repository_actors, tallyman.removed_tag_stats,
       tallyman.removed_receipts, tallyman.actor_names_key;
     update tallyman.actor_days_state set summed_until = '-infinity', added_until = '-infinity'`,
  );
}
