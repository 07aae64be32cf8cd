import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { postgresAccount, type Account } from "../../scripts/local/account.ts";
import { embeddedRuntime, type PostgresBinaries } from "../../scripts/local/embedded-runtime.ts";
import { placeDirectory } from "../../scripts/local/place-directory.ts";
import { postgresMajorVersion } from "../../scripts/local/postgres-data.ts";
import { startPostgresServer } from "../../scripts/local/postgres-server.ts";
import { queryOnce } from "../../scripts/local/query-once.ts";
import { findTool } from "../../scripts/local/tool.ts";

/** The oldest major version that is supported. */
const OLDEST_VERSION = 14;

export interface PostgresCluster {
  /** Of a superuser, on a maintenance database. Tests make databases of their own. */
  readonly url: string;
  readonly version: string;
  /** Stops the server and removes its data, unless it is not ours. Idempotent. */
  stop(): Promise<void>;
}

/**
 * One throw-away Postgres for a whole test run: the one that is installed, so that an older version is tried as well,
 * otherwise the one of npm. `TALLYMAN_TEST_DATABASE_URL` names a server to use instead.
 */
export async function startPostgresCluster(
  existing = process.env["TALLYMAN_TEST_DATABASE_URL"],
): Promise<PostgresCluster> {
  if (existing !== undefined && existing !== "") {
    return { url: existing, version: await versionOf(existing), stop: () => Promise.resolve() };
  }
  const temporary = await mkdtemp(join(tmpdir(), "tallyman-postgres-"));
  const account = await postgresAccount(join(temporary, "data"));
  const directory = await placeDirectory({
    directory: temporary,
    account,
    report: () => undefined,
  });
  const remove = async (): Promise<void> => {
    await rm(directory, { recursive: true, force: true });
    await rm(temporary, { recursive: true, force: true });
  };
  try {
    const server = await startPostgresServer({
      binaries: (await installedBinaries(account)) ?? (await embeddedRuntime(directory)),
      directory,
      account,
      durable: false,
      settings: { max_connections: "200" },
    });
    return { url: server.url, version: server.version, stop: () => server.stop().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The Postgres on this machine, unless it is older than what we support or the account cannot run it. */
async function installedBinaries(
  account: Account | undefined,
): Promise<PostgresBinaries | undefined> {
  const postgres = findTool("postgres")?.command;
  if (postgres === undefined) return undefined;
  const initdb = findTool("initdb", dirname(postgres), [])?.command;
  if (initdb === undefined) return undefined;
  const binaries = { postgres, initdb };
  const version = await postgresMajorVersion(binaries, account).catch(() => 0);
  return version >= OLDEST_VERSION ? binaries : undefined;
}

async function versionOf(url: string): Promise<string> {
  const [row] = await queryOnce<{ server_version: string }>(url, "show server_version");
  return row?.server_version ?? "of unknown version";
}
