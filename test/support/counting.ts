import {
  createPool,
  PostgresTrackingStore,
  type RecordedBatch,
  type UserDirectory,
} from "@tallyman/database";
import { readNotification, type ActorNames } from "@tallyman/events";
import { expect } from "chai";
import pg from "pg";
import { clearTables } from "./read-tables.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

/** A database, empty before each test, in which a test counts events and looks at what became of them. */
export interface Counting {
  /** Its address, with a superuser's login. */
  readonly url: string;
  /** A superuser's connection. */
  readonly admin: pg.Pool;
  /** Counts one notification, with an open directory unless another store is given. */
  readonly send: (
    events: readonly unknown[],
    registry?: string,
    store?: PostgresTrackingStore,
  ) => Promise<RecordedBatch>;
  /** Another store on the same database; the test closes it. */
  readonly open: (directory: UserDirectory, names?: ActorNames) => PostgresTrackingStore;
  /** The one row of a query. */
  readonly one: (query: string) => Promise<unknown>;
  /** The action of each tracked event, by event id. */
  readonly actions: () => Promise<Record<string, string>>;
  /** Distinct users of a metric in the only week that has some; 0 when none has. */
  readonly usersOf: (metric: string) => Promise<number>;
}

/** Sets a database up for the tests of the surrounding `describe`. */
export function countingForTests(): Counting {
  let database: TestDatabase;
  let admin: pg.Pool;
  let store: PostgresTrackingStore;

  const open = (directory: UserDirectory, names?: ActorNames): PostgresTrackingStore => {
    const options = {
      url: database.url,
      max: 2,
      applicationName: "test",
      onError: () => undefined,
    };
    return new PostgresTrackingStore(createPool(options), directory, names);
  };

  before(async () => {
    database = await createTestDatabase();
    admin = new pg.Pool({ connectionString: database.url, max: 1 });
    store = open("open");
  });
  beforeEach(() => clearTables(admin));
  after(async () => {
    await store.close();
    await admin.end();
    await database.drop();
  });

  return {
    get url() {
      return database.url;
    },
    get admin() {
      return admin;
    },
    open,
    send: (events, registry = "alpha", to = store) => {
      const receivedAt = "2026-11-21T10:00:00.000Z";
      return to.record(
        readNotification({ registry, receivedAt, body: JSON.stringify({ events }) }),
      );
    },
    one: async (query) => {
      const { rows } = await admin.query<Record<string, unknown>>(query);
      expect(rows).to.have.length(1);
      return rows[0];
    },
    actions: async () => {
      const { rows } = await admin.query<{ event_id: string; action: string }>(
        "select event_id, action from tracking_events",
      );
      return Object.fromEntries(rows.map(({ event_id, action }) => [event_id, action]));
    },
    usersOf: async (metric) => {
      const { rows } = await admin.query<{ distinct_users: string }>(
        "select distinct_users from distinct_user_rollups where metric = $1 and period = 'week'",
        [metric],
      );
      return Number(rows[0]?.distinct_users ?? 0);
    },
  };
}
