import pg from "pg";
import { migrate } from "../../packages/database/src/index.ts";

const TEMPLATE = "bench_template";

/** Makes databases that are empty and migrated, one like the other. */
export class Databases {
  readonly #serverUrl: string;

  private constructor(serverUrl: string) {
    this.#serverUrl = serverUrl;
  }

  /** @param serverUrl of a superuser */
  static async prepare(serverUrl: string): Promise<Databases> {
    const databases = new Databases(serverUrl);
    await databases.#run(`create database ${TEMPLATE}`);
    await migrate(databases.urlOf(TEMPLATE));
    await withClient(databases.urlOf(TEMPLATE), (client) => makePartitions(client));
    return databases;
  }

  /** Makes a database anew, as a copy of another one or empty. @returns its URL */
  async create(name: string, template = TEMPLATE): Promise<string> {
    await this.drop(name);
    await this.#run(`create database ${name} template ${template}`);
    return this.urlOf(name);
  }

  async drop(name: string): Promise<void> {
    await this.#run(`drop database if exists ${name} with (force)`);
  }

  /** Writes everything to the disk, so that no contender pays for the one before it. */
  async checkpoint(): Promise<void> {
    await this.#run("checkpoint");
  }

  /** Without the server's own vacuum, which is worth nothing while tables are filled that are vacuumed at the end. */
  async withoutAutovacuum(fill: () => Promise<void>): Promise<void> {
    await this.#run("alter system set autovacuum to off");
    await this.#run("select pg_reload_conf()");
    try {
      await fill();
    } finally {
      await this.#run("alter system reset autovacuum");
      await this.#run("select pg_reload_conf()");
    }
  }

  /** The server's settings by name. */
  async settings(names: readonly string[]): Promise<Record<string, string>> {
    return withClient(this.#serverUrl, async (client) => {
      const { rows } = await client.query<{ name: string; value: string }>(
        "select name, current_setting(name) as value from pg_settings where name = any($1) order by 1",
        [names],
      );
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    });
  }

  /** Bytes that Postgres has written to its log since it was made. */
  async walBytes(): Promise<number> {
    return withClient(this.#serverUrl, async (client) => {
      const { rows } = await client.query<{ bytes: string }>(
        "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes",
      );
      return Number(rows[0]?.bytes);
    });
  }

  /** The server's first process. */
  async serverPid(): Promise<number> {
    return withClient(this.#serverUrl, async (client) => {
      const { rows } = await client.query<{ text: string }>(
        "select pg_read_file('postmaster.pid') as text",
      );
      return Number.parseInt(rows[0]?.text ?? "", 10);
    });
  }

  urlOf(database: string): string {
    const url = new URL(this.#serverUrl);
    url.pathname = `/${database}`;
    return url.href;
  }

  async #run(statement: string): Promise<void> {
    await withClient(this.#serverUrl, (client) => client.query(statement));
  }
}

/** Partitions for the events of the last days, as the worker makes them. */
async function makePartitions(client: pg.Client): Promise<void> {
  for (const months of [-1, 0, 1]) {
    await client.query(
      "select tallyman.ensure_month_partition((now() + make_interval(months => $1))::date)",
      [months],
    );
  }
}

/** Runs something on a connection of its own. */
export async function withClient<T>(
  url: string,
  run: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}
