import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { migrate } from "@tallyman/database";
import { postgresAccount, type Account } from "../../local/account.ts";
import { embeddedRuntime, type PostgresBinaries } from "../../local/embedded-runtime.ts";
import { freePort } from "../../local/free-port.ts";
import { placeDirectory } from "../../local/place-directory.ts";
import { startPostgresServer, type PostgresServer } from "../../local/postgres-server.ts";
import { queryOnce } from "../../local/query-once.ts";
import { findTool } from "../../local/tool.ts";
import { childrenOf, signalAll } from "./process-tree.ts";

const TEMPLATE = "chaos_template";

/** The run's own Postgres, with every durability setting on. It comes back on its port whatever was done to it. */
export class ChaosPostgres {
  readonly account: Account | undefined;
  readonly #directory: string;
  readonly #binaries: PostgresBinaries;
  readonly #port: number;
  #server: PostgresServer | undefined;

  private constructor(
    directory: string,
    account: Account | undefined,
    binaries: PostgresBinaries,
    port: number,
  ) {
    this.#directory = directory;
    this.account = account;
    this.#binaries = binaries;
    this.#port = port;
  }

  /** Starts one in the directory: the installed Postgres, otherwise the one of npm. */
  static async start(wanted: string): Promise<ChaosPostgres> {
    const account = await postgresAccount(join(wanted, "data"));
    const report = (): void => undefined;
    const directory = await placeDirectory({ directory: wanted, account, report });
    const binaries = installedBinaries() ?? (await embeddedRuntime(directory));
    const postgres = new ChaosPostgres(directory, account, binaries, await freePort());
    await postgres.start();
    await queryOnce(postgres.adminUrl, `create database ${TEMPLATE}`);
    await migrate(postgres.urlOf(TEMPLATE));
    return postgres;
  }

  async start(): Promise<void> {
    this.#server = await startPostgresServer({
      binaries: this.#binaries,
      directory: this.#directory,
      account: this.account,
      settings: { max_connections: "100" },
      choosePort: () => Promise.resolve(this.#port),
    });
  }

  get version(): string {
    return this.#server?.version ?? "";
  }

  get port(): number {
    return this.#port;
  }

  get adminUrl(): string {
    return this.#server?.url ?? "";
  }

  urlOf(database: string): string {
    const url = new URL(this.adminUrl);
    url.pathname = `/${database}`;
    return url.href;
  }

  /** @returns the name of a new database with all tables, empty */
  async createDatabase(tablespace?: string): Promise<string> {
    const name = `chaos_${randomBytes(5).toString("hex")}`;
    const where = tablespace === undefined ? "" : `tablespace ${tablespace}`;
    await queryOnce(this.adminUrl, `create database ${name} template ${TEMPLATE} ${where}`);
    return name;
  }

  /** @returns the name of a new tablespace, whose databases lie in the directory */
  async createTablespace(directory: string): Promise<string> {
    const name = `chaos_${randomBytes(5).toString("hex")}`;
    await queryOnce(this.adminUrl, `create tablespace ${name} location '${directory}'`);
    return name;
  }

  /** Removes a database, and the tablespace that was made for it. */
  async dropDatabase(name: string): Promise<void> {
    const [tablespace] = await queryOnce<{ name: string }>(
      this.adminUrl,
      `select spcname as name from pg_database d join pg_tablespace t on t.oid = dattablespace
       where datname = $1 and spcname like 'chaos%'`,
      [name],
    );
    await queryOnce(this.adminUrl, `drop database if exists ${name} with (force)`);
    if (tablespace !== undefined)
      await queryOnce(this.adminUrl, `drop tablespace ${tablespace.name}`);
  }

  /** Ends the server as the kernel does when memory is out: no checkpoint, no goodbye. */
  async kill(): Promise<void> {
    const pid = await this.pid();
    const sessions = await childrenOf(pid);
    signalAll([pid, ...sessions], "SIGKILL");
    await this.#server?.stop();
  }

  async freeze(): Promise<void> {
    const pid = await this.pid();
    // The postmaster first, or it would start a session in between.
    signalAll([pid], "SIGSTOP");
    signalAll(await childrenOf(pid), "SIGSTOP");
  }

  async thaw(): Promise<void> {
    const pid = await this.pid();
    signalAll([...(await childrenOf(pid)), pid], "SIGCONT");
  }

  /** Ends it and all sessions cleanly. */
  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  /** Of the postmaster. */
  async pid(): Promise<number> {
    return Number.parseInt(
      await readFile(join(this.#directory, "data/postmaster.pid"), "utf8"),
      10,
    );
  }
}

function installedBinaries(): PostgresBinaries | undefined {
  const postgres = findTool("postgres")?.command;
  if (postgres === undefined) return undefined;
  const initdb = findTool("initdb", dirname(postgres), [])?.command;
  return initdb === undefined ? undefined : { postgres, initdb };
}
