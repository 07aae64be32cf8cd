import type pg from "pg";
import { createPool, PostgresTrackingStore } from "@tallyman/database";
import { readNotification, type Notification } from "@tallyman/events";
import { MemoryQueue } from "@tallyman/queue";
import { RawConnection } from "../support/raw-http.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { SECRET, startIngestApp, type IngestApp } from "./ingest-app.ts";

/** What became of a request: its answer, and where each of its events has come to rest. */
export interface Outcome {
  readonly status: number;
  readonly tracked: readonly TrackedRow[];
  /** Reasons, in the order of the events. */
  readonly rejected: readonly string[];
  readonly duplicates: number;
}

/** Columns of `tracking_events`. */
export type TrackedRow = Readonly<Record<string, unknown>>;

/** The whole way of a request: over a socket into ingest, through the worker's reading into a real database. */
export class RestingPlace {
  readonly pool: pg.Pool;
  readonly app: IngestApp;
  readonly #database: TestDatabase;
  readonly #store: PostgresTrackingStore;
  readonly #queued: Notification[];
  #connection: RawConnection;

  private constructor(
    database: TestDatabase,
    pool: pg.Pool,
    app: IngestApp,
    queued: Notification[],
    connection: RawConnection,
  ) {
    this.#database = database;
    this.pool = pool;
    this.app = app;
    this.#store = new PostgresTrackingStore(pool, "open");
    this.#queued = queued;
    this.#connection = connection;
  }

  static async open(): Promise<RestingPlace> {
    const database = await createTestDatabase();
    const pool = createPool({
      url: database.url,
      max: 2,
      applicationName: "tallyman-test",
      onError: (error) => {
        throw error;
      },
    });
    const queue = new MemoryQueue();
    const app = await startIngestApp(queue, 8_388_608);
    const queued: Notification[] = [];
    // A job is handed over before its request is answered.
    queue.consume(async (job) => void queued.push(...job), 1);
    return new RestingPlace(database, pool, app, queued, await RawConnection.open(app.url));
  }

  /** Posts a body and has everything counted that came of it. */
  async post(body: string | Buffer): Promise<Outcome> {
    if (this.#connection.isEnded) this.#connection = await RawConnection.open(this.app.url);
    this.#connection.post("/notifications", [`Authorization: ${SECRET}`], body);
    const { status } = await this.#connection.response();
    const readings = this.#queued.splice(0).flatMap(readNotification);
    if (readings.length === 0) return { status, tracked: [], rejected: [], duplicates: 0 };
    const { rows: before } = await this.pool.query<{ id: string }>(
      "select coalesce(max(id), 0) as id from rejected_events",
    );
    const { tracked, duplicates } = await this.#store.record(readings);
    const { rows: rejected } = await this.pool.query<{ reason: string }>(
      "select reason from rejected_events where id > $1 order by id",
      [before[0]?.id],
    );
    return {
      status,
      tracked: await this.#rows(tracked.map(({ eventId }) => eventId)),
      rejected: rejected.map(({ reason }) => reason),
      duplicates,
    };
  }

  async #rows(ids: readonly string[]): Promise<TrackedRow[]> {
    const { rows } = await this.pool.query<TrackedRow>(
      "select * from tracking_events where event_id = any($1) order by array_position($1, event_id)",
      [ids],
    );
    return rows;
  }

  async close(): Promise<void> {
    this.#connection.close();
    await this.app.close();
    await this.#store.close();
    await this.#database.drop();
  }
}
