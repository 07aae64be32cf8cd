import type pg from "pg";

/** Group roles without login; logins are made members of them. */
const ROLES = ["tallyman_migrator", "tallyman_worker", "tallyman_reader"] as const;

/** The owner of everything that migrations make. */
export const OWNER = "tallyman_migrator";

/** What each role may do. Stated again by every migration run, so that new tables are covered. */
const GRANTS = `
grant usage on schema public, tallyman to tallyman_worker;
grant select, insert, update on all tables in schema public to tallyman_worker;
grant select, insert, update on all tables in schema tallyman to tallyman_worker;
grant usage, select on all sequences in schema public, tallyman to tallyman_worker;
revoke insert, update on tallyman.knex_migrations, tallyman.knex_migrations_lock from tallyman_worker;
revoke insert, update on removals, erasures, tallyman.removed_repository_stats, tallyman.removed_repository_actors,
  tallyman.removed_tag_stats, tallyman.removed_receipts from tallyman_worker;
grant execute on function tallyman.forget_unread_actor_days() to tallyman_worker;
revoke update on tallyman.actor_days, tracking_events, tallyman.event_keys, tallyman.actor_names_key from tallyman_worker;
grant execute on function tallyman.ensure_month_partition(date) to tallyman_worker;
grant usage on schema public to tallyman_reader;
grant select on all tables in schema public to tallyman_reader;
revoke execute on function distinct_users(text, date, date, text), distinct_users_of_any(text[], date, date, text) from public;
grant execute on function distinct_users(text, date, date, text), distinct_users_of_any(text[], date, date, text)
  to tallyman_reader, tallyman_worker;
`;

/**
 * Makes the group roles that are missing and lets the current login act as the owner.
 *
 * @returns the statements that a superuser has to run because this login may not; empty when all is done
 */
export async function ensureRoles(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ rolname: string }>(
    "select rolname from pg_roles where rolname = any($1)",
    [ROLES],
  );
  const present = new Set(rows.map(({ rolname }) => rolname));
  const statements = ROLES.filter((role) => !present.has(role)).map(
    (role) => `create role ${role} nologin;`,
  );
  const { rows: state } = await client.query<{ member: boolean; database: string }>(
    `select format('%I', current_database()) as database,
       coalesce((select pg_has_role(oid, 'member') from pg_roles where rolname = $1), false) as member`,
    [OWNER],
  );
  if (state[0]?.member !== true) statements.push(`grant ${OWNER} to current_user;`);
  statements.push(
    `grant create on database ${state[0]?.database ?? ""} to ${OWNER};`,
    `grant usage, create on schema public to ${OWNER};`,
  );
  for (const [index, statement] of statements.entries()) {
    try {
      await client.query(statement);
    } catch (error) {
      if (!isForbidden(error)) throw error;
      return statements.slice(index);
    }
  }
  return [];
}

/** Grants each role what it needs. The current role must own the tables. */
export async function grantRights(client: pg.ClientBase): Promise<void> {
  await client.query(GRANTS);
}

const INSUFFICIENT_PRIVILEGE = "42501";

function isForbidden(error: unknown): boolean {
  return (error as { code?: unknown }).code === INSUFFICIENT_PRIVILEGE;
}
