import { startRedisServer, type RedisServer } from "../../scripts/local/redis-server.ts";
import { freePort } from "../../scripts/local/free-port.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { toolFromTestRun } from "../support/environment.ts";
import { startApp, stopApps, type AppProcess } from "../support/processes.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";

const SECRET = "a-secret-for-the-harbour";

/** What a registry must send to be `harbour`. */
export const AUTHORIZATION = `Bearer ${SECRET}`;

/** Redis, Postgres, ingest and worker as in production, each of a test's own; each can be started when it is wanted. */
export class Pipeline {
  readonly notificationUrl: string;
  readonly pool: pg.Pool;
  readonly #database: TestDatabase;
  readonly #directory: string;
  readonly #redisPort: number;
  readonly #ingestPort: number;
  #redis: RedisServer | undefined;

  private constructor(
    database: TestDatabase,
    directory: string,
    redisPort: number,
    ingestPort: number,
  ) {
    this.#database = database;
    this.#directory = directory;
    this.#redisPort = redisPort;
    this.#ingestPort = ingestPort;
    this.notificationUrl = `http://127.0.0.1:${ingestPort}/notifications`;
    this.pool = new pg.Pool({ connectionString: database.url, max: 2 });
  }

  static async prepare(): Promise<Pipeline> {
    return new Pipeline(
      await createTestDatabase(),
      await mkdtemp(join(tmpdir(), "tallyman-e2e-")),
      await freePort(),
      await freePort(),
    );
  }

  /** Starts Redis, on the same port and with the same data each time. */
  async startRedis(): Promise<void> {
    this.#redis = await startRedisServer({
      tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER"),
      directory: this.#directory,
      port: this.#redisPort,
    });
  }

  async killRedis(): Promise<void> {
    await this.#redis?.kill();
  }

  /** Stops Redis in its tracks, or lets it go on. */
  freezeRedis(frozen: boolean): void {
    if (this.#redis !== undefined) process.kill(this.#redis.pid, frozen ? "SIGSTOP" : "SIGCONT");
  }

  startIngest(): Promise<AppProcess> {
    return startApp("ingest", {
      NOTIFICATION_SECRETS: `harbour=${SECRET}`,
      QUEUE_URL: `redis://127.0.0.1:${this.#redisPort}`,
      PORT: String(this.#ingestPort),
    });
  }

  startWorker(): Promise<AppProcess> {
    return startApp("worker", {
      DATABASE_URL: this.#database.url,
      QUEUE_URL: `redis://127.0.0.1:${this.#redisPort}`,
    });
  }

  /** What all of its processes would read from their environment. */
  get settings(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      NOTIFICATION_SECRETS: `harbour=${SECRET}`,
      DATABASE_URL: this.#database.url,
      QUEUE_URL: `redis://127.0.0.1:${this.#redisPort}`,
      PORT: String(this.#ingestPort),
    };
  }

  /** The rows of a query. */
  async query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
    return (await this.pool.query<Row>(sql)).rows;
  }

  /** The whole ledger in one row. */
  async ledger(): Promise<Ledger> {
    const [row] = await this.query<{ [Name in keyof Ledger]: number }>(`
      select coalesce(sum(received), 0)::int as received, coalesce(sum(tracked), 0)::int as tracked,
             coalesce(sum(duplicates), 0)::int as duplicates, coalesce(sum(rejected), 0)::int as rejected
      from ledger`);
    return row as Ledger;
  }

  async stop(): Promise<void> {
    await stopApps();
    await this.#redis?.stop();
    await this.pool.end();
    await this.#database.drop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

export interface Ledger {
  readonly received: number;
  readonly tracked: number;
  readonly duplicates: number;
  readonly rejected: number;
}
