import knex from "knex";
import pg from "pg";
import { migrationNames, migrationSource } from "./migrations.ts";
import { ensureRoles, grantRights, OWNER } from "./roles.ts";
import { assertServerVersion } from "./server-version.ts";
import { sessionUrl } from "./session-url.ts";

/** Any number that nobody else uses; all runs of `migrate` on a database take this lock in turn. */
const MIGRATION_LOCK = 7_255_962;

/** To reach the server. A migration is worth waiting for longer than a batch is. */
const MIGRATE_CONNECT_TIMEOUT_MS = 10_000;

/** A migration takes as long as the tables are large; limits that are set for other sessions are not for it. */
const NO_LIMITS = { statement_timeout: 0, lock_timeout: 0 };

export interface MigrationOutcome {
  /** Names of the migrations that this run applied. */
  readonly applied: readonly string[];
  /** Statements that a superuser has still to run for the roles; empty when all is done. */
  readonly pendingRoleStatements: readonly string[];
}

/**
 * Brings a database up to date. Safe when many start at once: they take turns under an advisory lock, which Postgres
 * releases by itself when a run dies (knex's own lock is a row that would stay).
 *
 * @throws Error when the server is older than Postgres 14 or the schema is newer than this version
 */
export async function migrate(databaseUrl: string): Promise<MigrationOutcome> {
  const client = new pg.Client({
    connectionString: sessionUrl(databaseUrl, NO_LIMITS),
    application_name: "tallyman-migrate",
    connectionTimeoutMillis: MIGRATE_CONNECT_TIMEOUT_MS,
  });
  await client.connect();
  try {
    await assertServerVersion(client);
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    const pendingRoleStatements = await ensureRoles(client);
    const asOwner = pendingRoleStatements.length === 0;
    if (asOwner) await client.query(`set role ${OWNER}`);
    await assertNotNewer(client);
    await client.query("create schema if not exists tallyman");
    const applied = await applyMigrations(databaseUrl, asOwner);
    if (asOwner) await grantRights(client);
    return { applied, pendingRoleStatements };
  } finally {
    await client.end();
  }
}

async function applyMigrations(databaseUrl: string, asOwner: boolean): Promise<readonly string[]> {
  const database = knex({
    client: "pg",
    connection: sessionUrl(databaseUrl, NO_LIMITS),
    pool: {
      min: 0,
      max: 1,
      afterCreate: (connection: pg.Client, done: (error?: Error) => void) => {
        if (asOwner) connection.query(`set role ${OWNER}`).then(() => done(), done);
        else done();
      },
    },
    migrations: { migrationSource, schemaName: "tallyman", tableName: "knex_migrations" },
  });
  try {
    // The advisory lock is ours, so a lock row can only be left over from a run that died.
    await database.migrate.forceFreeMigrationsLock();
    const [, applied] = (await database.migrate.latest()) as [number, string[]];
    return applied;
  } finally {
    await database.destroy();
  }
}

async function assertNotNewer(client: pg.Client): Promise<void> {
  const unknown = unknownMigrations(await appliedMigrations(client));
  if (unknown.length > 0) throw newerSchemaError(unknown);
}

/** Names of the migrations that a database has; none when it was never migrated. */
export async function appliedMigrations(client: pg.ClientBase | pg.Pool): Promise<string[]> {
  const { rows: present } = await client.query(
    "select from pg_tables where schemaname = 'tallyman' and tablename = 'knex_migrations'",
  );
  if (present.length === 0) return [];
  const { rows } = await client.query<{ name: string }>(
    "select name from tallyman.knex_migrations order by id",
  );
  return rows.map(({ name }) => name);
}

/** Applied migrations that this version does not know: the schema is of a newer version. */
export function unknownMigrations(applied: readonly string[]): string[] {
  const known = new Set(migrationNames());
  return applied.filter((name) => !known.has(name));
}

/** The error that tells about a schema newer than the code. */
export function newerSchemaError(unknown: readonly string[]): Error {
  return new Error(
    `The database has migrations that this version does not know (${unknown.join(", ")}): a newer Tallyman made them. Run that version or a newer one.`,
  );
}
