import { join } from "node:path";
import { postgresAccount } from "./account.ts";
import { embeddedRuntime } from "./embedded-runtime.ts";
import { placeDirectory } from "./place-directory.ts";
import { queryOnce } from "./query-once.ts";
import { startPostgresServer, type PostgresServer } from "./postgres-server.ts";

const DATABASE = "tallyman";

export interface EmbeddedPostgresOptions {
  /** Where data, log and a copy of the programs lie, for instance `.tallyman`. */
  readonly directory: string;
  /** More settings, as in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Is told what a person at the terminal should know, a line at a time. */
  readonly report?: (line: string) => void;
}

/**
 * Starts the Postgres that npm has installed, on a machine that has nothing but Node, and answers the URL of its
 * database `tallyman`. All that it needs is made in `directory` at the first start, and found there at the next.
 *
 * Run as root, it starts Postgres as another user, and may have to move `directory` to `/var/lib/tallyman` and leave
 * a symbolic link: call it before anything else uses the directory.
 *
 * When this process is killed, Postgres is shut down all the same; when the guard that does it is killed as well,
 * Postgres runs on, and the next start stops it first. Nothing committed is lost either way.
 *
 * Rejects with what is wrong, the end of the log and what to do next.
 */
export async function startEmbeddedPostgres({
  directory,
  settings = {},
  report = () => undefined,
}: EmbeddedPostgresOptions): Promise<PostgresServer> {
  const account = await postgresAccount(join(directory, "data"));
  const place = await placeDirectory({ directory, account, report });
  const binaries = await embeddedRuntime(place);
  const server = await startPostgresServer({
    binaries,
    directory: place,
    account,
    settings,
    report,
  });
  try {
    await createDatabase(server.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, url: server.url.replace(/\/postgres$/, `/${DATABASE}`) };
}

async function createDatabase(url: string): Promise<void> {
  const existing = await queryOnce(url, "select from pg_database where datname = $1", [DATABASE]);
  if (existing.length === 0) await queryOnce(url, `create database ${DATABASE}`);
}
