import { readNotification, type Notification } from "@tallyman/events";
import { expect } from "chai";
import fc from "fast-check";
import pg from "pg";
import { deliveries, events, type Delivery } from "../../../test/support/arbitrary-events.ts";
import { clearTables, readTables } from "../../../test/support/read-tables.ts";
import { ReferenceModel } from "../../../test/support/reference-model.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { sumActorDays } from "./actor-days/sum-actor-days.ts";
import { openConnection } from "./open-connection.ts";
import { createPool } from "./pool.ts";
import { PostgresTrackingStore } from "./postgres-tracking-store.ts";

/** Runs of each property; more by the environment when a night is to be spent on it. */
const RUNS = Number(process.env["TALLYMAN_PROPERTY_RUNS"] ?? 40);
const WORKERS = 3;

describe("counting, against the reference model", function () {
  this.timeout(600_000);
  let database: TestDatabase;
  let admin: pg.Pool;
  let stores: readonly PostgresTrackingStore[];
  let summing: pg.Client;

  before(async () => {
    database = await createTestDatabase();
    admin = new pg.Pool({ connectionString: database.url, max: 1 });
    summing = await openConnection(database.url, "property-sums");
    stores = Array.from({ length: WORKERS }, (_, index) => newStore(database.url, index));
  });

  after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await summing.end();
    await admin.end();
    await database.drop();
  });

  it("gives the same tables for any events in any order, split anyhow, repeated, over several workers at once", async () => {
    await fc.assert(
      fc.asyncProperty(
        deliveries(events(false)),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom("1999-12-31", "2025-12-31", "2026-03-01", "2026-03-03"), {
          maxLength: 3,
        }),
        async (sent, batch, sums) => {
          await clearTables(admin);
          const notifications = sent.map((delivery) => toNotification(delivery));
          await Promise.all([
            ...stores.map((store, worker) =>
              recordAll(
                store,
                notifications.filter((_, index) => index % WORKERS === worker),
                batch,
              ),
            ),
            sumAll(summing, sums.toSorted()),
          ]);
          const creations = await creationsOf(admin);
          const model = new ReferenceModel("open", creations);
          for (const notification of notifications) model.receive(notification);
          expect(await readTables(admin)).to.deep.equal(model.tables());
          await expectOneCreationEach(admin);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("gives what one thread gives when one worker counts in the order of arrival, repository deletions included", async () => {
    const [store] = stores;
    await fc.assert(
      fc.asyncProperty(
        deliveries(events(true)),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (sent, batch, imported) => {
          await clearTables(admin);
          const model = new ReferenceModel();
          if (imported) {
            model.importRepository("alpha", "tools");
            await admin.query(
              "insert into container_repositories (registry, path, origin) values ('alpha', 'tools', 'import')",
            );
          }
          const notifications = sent.map((delivery, index) =>
            toNotification(delivery, `2026-11-2${index % 3}T10:00:00.000Z`),
          );
          await recordAll(store as PostgresTrackingStore, notifications, batch);
          for (const notification of notifications) model.receive(notification);
          expect(await readTables(admin)).to.deep.equal(model.tables());
          const { rows } = await admin.query<{ n: string }>(
            "select distinct_users('any_write', '2025-12-30', '2026-03-02', 'alpha') as n",
          );
          expect(Number(rows[0]?.n)).to.equal(
            model.distinctUsers("any_write", "2025-12-30", "2026-03-02", "alpha"),
          );
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("creates once between deletions, whatever workers race around repository deletions", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries(events(true)), async (sent) => {
        await clearTables(admin);
        const notifications = sent.map((delivery) => toNotification(delivery));
        await Promise.all(
          stores.map((store, worker) =>
            recordAll(
              store,
              notifications.filter((_, index) => index % WORKERS === worker),
              2,
            ),
          ),
        );
        const { rows } = await admin.query<{
          creations: number;
          deletions: number;
          open: boolean;
          touched: boolean;
        }>(`
          select count(*) filter (where created_repository)::int as creations,
            count(*) filter (where action = 'delete_repository' and digest is null)::int as deletions,
            coalesce(bool_or(c.path is not null and c.deleted_at is null), false) as open,
            bool_or(operation in ('push', 'mount')) as touched
          from tracking_events e
          left join container_repositories c on c.registry = e.registry and c.path = e.repository
          group by e.registry, e.repository`);
        for (const { creations, deletions, open, touched } of rows) {
          expect(creations).to.be.within(touched ? 1 : 0, touched ? deletions + 1 : 0);
          if (deletions === 0) expect(open).to.equal(touched);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

function newStore(url: string, index: number): PostgresTrackingStore {
  const pool = createPool({
    url,
    max: 1,
    applicationName: `property-${index}`,
    onError: (error) => {
      throw error;
    },
  });
  return new PostgresTrackingStore(pool, "open");
}

function toNotification(
  { registry, events: list }: Delivery,
  receivedAt = "2026-11-21T10:00:00.000Z",
): Notification {
  return { registry, receivedAt, body: JSON.stringify({ events: list }) };
}

/** Sums up what actors did, further each time, while workers count. */
async function sumAll(client: pg.ClientBase, until: readonly string[]): Promise<void> {
  for (const day of until) await sumActorDays(client, day);
}

/** Records notifications in batches of so many. */
async function recordAll(
  store: PostgresTrackingStore,
  notifications: readonly Notification[],
  batch: number,
): Promise<void> {
  for (let i = 0; i < notifications.length; i += batch) {
    await store.record(notifications.slice(i, i + batch).flatMap(readNotification));
  }
}

async function creationsOf(pool: pg.Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ key: string }>(
    "select registry || '/' || event_id as key from tracking_events where created_repository",
  );
  return new Set(rows.map(({ key }) => key));
}

async function expectOneCreationEach(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ creations: string; writes: string }>(`
    select count(*) filter (where created_repository) as creations,
      count(*) filter (where operation in ('push', 'mount')) as writes
    from tracking_events group by registry, repository`);
  for (const { creations, writes } of rows) expect(creations).to.equal(writes === "0" ? "0" : "1");
}
