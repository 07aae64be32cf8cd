import type pg from "pg";
import { appliedMigrations, newerSchemaError, unknownMigrations } from "./migrate.ts";
import { migrationNames } from "./migrations.ts";
import { assertServerVersion, UnsupportedServerError } from "./server-version.ts";

/** The schema is not the one that this version works with. Waiting does not help. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/**
 * Resolves when the database answers and its schema is this version's. While the database is away it is asked again.
 *
 * @param pause waits before the next question; says false when there shall be none
 * @returns false when the waiting was ended
 * @throws SchemaError when the schema is older or newer, UnsupportedServerError when the server is too old
 */
export async function awaitSchema(
  pool: pg.Pool | pg.ClientBase,
  pause: (attempt: number, error: unknown) => Promise<boolean>,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    let applied: string[];
    try {
      await assertServerVersion(pool);
      applied = await appliedMigrations(pool);
    } catch (error) {
      if (error instanceof UnsupportedServerError) throw error;
      if (await pause(attempt, error)) continue;
      return false;
    }
    const unknown = unknownMigrations(applied);
    if (unknown.length > 0) throw new SchemaError(newerSchemaError(unknown).message);
    const missing = migrationNames().filter((name) => !applied.includes(name));
    if (missing.length > 0) {
      throw new SchemaError(
        `The database lacks ${missing.length} migrations (${missing.join(", ")}). Run: npm run migrate`,
      );
    }
    return true;
  }
}
