import { agreeOnNames, awaitSchema, openConnection } from "@tallyman/database";
import { actorNames, type ActorNames } from "@tallyman/events";
import { DATABASE_URL, readConfig, withPeople } from "@tallyman/runtime";
import type pg from "pg";
import { Progress } from "./progress.ts";
import type { Surroundings } from "./surroundings.ts";

const CONFIG = withPeople({ DATABASE_URL });

/** SQLSTATE insufficient_privilege. */
const FORBIDDEN = "42501";

/** Options that every command has. */
export interface CommonOptions {
  readonly databaseUrl?: string;
  readonly json?: boolean;
}

export interface Work {
  readonly client: pg.Client;
  readonly databaseUrl: string;
  readonly directory: "open" | "closed";
  /**
   * What becomes of the names of actors, as the workers have it.
   *
   * @param note for what records people: leave the fingerprint of the key when the database has none
   * @throws ActorNamesError when the database knows them under other names
   */
  readonly agreedNames: (options: { readonly note: boolean }) => Promise<ActorNames>;
  readonly progress: Progress;
}

/** Does a command's work on the database, whose schema must be this version's, and lets go of it. */
export async function withDatabase<T>(
  surroundings: Surroundings,
  { databaseUrl }: CommonOptions,
  work: (given: Work) => Promise<T>,
): Promise<T> {
  const { environment } = surroundings;
  const config = readConfig(
    CONFIG,
    databaseUrl === undefined
      ? environment
      : { ...environment, DATABASE_URL: databaseUrl, DATABASE_URL_FILE: undefined },
  );
  const client = await openConnection(config.DATABASE_URL, "tallyman-cli");
  const progress = new Progress(surroundings);
  try {
    await awaitSchema(client, async (_attempt, error) => {
      // A reader does not see the list of migrations; what it asks is answered all the same.
      if ((error as { code?: unknown }).code !== FORBIDDEN) throw error;
      return false;
    });
    return await work({
      client,
      databaseUrl: config.DATABASE_URL,
      directory: config.USER_DIRECTORY,
      agreedNames: async (options) => {
        const names = actorNames(config.ACTOR_NAMES, config.ACTOR_NAMES_KEY);
        await agreeOnNames(client, names, options);
        return names;
      },
      progress,
    });
  } finally {
    progress.end();
    await client.end().catch(() => undefined);
  }
}
