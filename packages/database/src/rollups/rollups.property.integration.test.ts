import { readNotification, type Notification } from "@tallyman/events";
import { expect } from "chai";
import fc from "fast-check";
import pg from "pg";
import { deliveries, events } from "../../../../test/support/arbitrary-events.ts";
import { clearTables, readTables } from "../../../../test/support/read-tables.ts";
import { ReferenceModel } from "../../../../test/support/reference-model.ts";
import { createTestDatabase, type TestDatabase } from "../../../../test/support/test-database.ts";
import { sumActorDays } from "../actor-days/sum-actor-days.ts";
import { openConnection } from "../open-connection.ts";
import { createPool } from "../pool.ts";
import { PostgresTrackingStore } from "../postgres-tracking-store.ts";
import { rebuildRollups } from "./rebuild-rollups.ts";
import { verifyRollups } from "./verify-rollups.ts";

/** Runs of each property; more by the environment when a night is to be spent on it. */
const RUNS = Number(process.env["TALLYMAN_PROPERTY_RUNS"] ?? 40);
const WORKERS = 3;

/** Ways to damage a table. Each changes at least one row when the table has any; a stray row is always one more. */
const DAMAGES: Readonly<Record<string, readonly string[]>> = {
  event_rollups: [
    "delete from event_rollups where action = (select min(action) from event_rollups)",
    "update event_rollups set events = events + 1",
    "update event_rollups set bytes = bytes - 0.5 where day = (select max(day) from event_rollups)",
    "insert into event_rollups values ('alpha', '1970-01-01', 'push_tag', 1, 0, 0)",
  ],
  repository_daily: [
    "delete from repository_daily",
    "update repository_daily set repositories_created = repositories_created + 1",
    "update repository_daily set pushes = pushes + 1",
    "insert into repository_daily values ('alpha', 'nowhere', '1970-01-01', 'push_tag', 1, 0, 0)",
  ],
  repository_monthly: [
    "delete from repository_monthly",
    "update repository_monthly set pulls = pulls - 1",
    "insert into repository_monthly values ('alpha', 'nowhere', '1970-01-01', 0, 1, 0, 1)",
  ],
  repository_stats: [
    "delete from repository_stats where registry = (select max(registry) from repository_stats)",
    "update repository_stats set first_pushed_at = coalesce(first_pushed_at, now()) + interval '1 microsecond'",
    "insert into repository_stats values ('gamma', 'nowhere', 0, 0, null, null, null, null, 0, 0)",
  ],
  repository_actors: [
    "delete from repository_actors",
    "update repository_actors set actor_name = upper(actor_name)",
    "update repository_actors set last_seen_at = last_seen_at - interval '1 day'",
    "insert into repository_actors values ('alpha', 'nowhere', 'nobody', null, 0, 0, now(), now())",
  ],
  "tallyman.actor_days": [
    "delete from tallyman.actor_days",
    "update tallyman.actor_days set pushes = pushes + 1",
    "insert into tallyman.actor_days select * from tallyman.actor_days limit 1",
    `insert into tallyman.actor_days (registry, actor_name, day, repository, action, events, bytes, pushes, last_seen_at)
     values ('alpha', 'nobody', '1970-01-01', 'a', 'push_tag', 1, 0, 0, '1970-01-01Z')`,
  ],
  tag_stats: [
    "delete from tag_stats",
    "update tag_stats set digest = case when digest is null then 'sha256:damaged' end",
    "update tag_stats set deleted_at = case when deleted_at is null then now() end",
    "insert into tag_stats values ('alpha', 'nowhere', 'v0', null, 0, 0, null, null, null, null, null)",
  ],
  "tallyman.distinct_members": [
    "delete from tallyman.distinct_members where period = 'week'",
    "insert into tallyman.distinct_members values ('push_tag', 'day', '1970-01-01', 0)",
  ],
  distinct_user_rollups: [
    "delete from distinct_user_rollups",
    "update distinct_user_rollups set distinct_users = distinct_users + 1",
    "insert into distinct_user_rollups values ('alpha', 'push_tag', 'day', '1970-01-01', 1)",
  ],
};

describe("verifying and rebuilding rollups, against the reference model", function () {
  this.timeout(600_000);
  let database: TestDatabase;
  let admin: pg.Pool;
  let client: pg.Client;
  let summing: pg.Client;
  let stores: readonly PostgresTrackingStore[];

  before(async () => {
    database = await createTestDatabase();
    admin = new pg.Pool({ connectionString: database.url, max: 1 });
    client = await openConnection(database.url, "property-rollups");
    summing = await openConnection(database.url, "property-sums");
    stores = Array.from({ length: WORKERS }, () => newStore(database.url));
  });

  after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await client.end();
    await summing.end();
    await admin.end();
    await database.drop();
  });

  const differing = async (): Promise<string[]> =>
    (await verifyRollups(client, { show: 1 }))
      .filter(({ differences }) => differences > 0)
      .map(({ table }) => table);

  const damage = async (choices: Readonly<Record<string, number>>): Promise<string[]> => {
    const damaged: string[] = [];
    for (const [table, statements] of Object.entries(DAMAGES)) {
      const statement = statements[(choices[table] ?? 0) % (statements.length + 1)];
      if (statement === undefined) continue;
      if (((await admin.query(statement)).rowCount ?? 0) > 0) damaged.push(table);
    }
    return damaged;
  };

  const choices = fc.record(
    Object.fromEntries(Object.keys(DAMAGES).map((table) => [table, fc.nat({ max: 20 })])),
  );

  it("finds all equal after any events, names exactly the tables that were damaged, and heals them", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries(events(true)), choices, async (sent, chosen) => {
        await clearTables(admin);
        const notifications = sent.map(toNotification);
        await recordAll(stores[0] as PostgresTrackingStore, notifications);
        await sumActorDays(client, "2026-03-02");
        expect(await differing()).to.deep.equal([]);
        const counted = await readTables(admin);

        const damaged = await damage(chosen);
        expect(await differing()).to.have.members(damaged);
        const rebuilt = await rebuildRollups(client, { acceptMissingEvents: false, dryRun: false });
        expect(
          rebuilt.filter(({ removed, written }) => removed + written > 0).map(({ table }) => table),
        ).to.have.members(damaged);
        expect(await differing()).to.deep.equal([]);
        expect(await readTables(admin)).to.deep.equal(counted);
      }),
      { numRuns: RUNS },
    );
  });

  it("loses nothing that workers count before, during and after a rebuild", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries(events(false)), choices, async (sent, chosen) => {
        await clearTables(admin);
        const notifications = sent.map(toNotification);
        const half = Math.ceil(notifications.length / 2);
        // So that the workers remember what the damage removes.
        await recordAll(stores[0] as PostgresTrackingStore, notifications.slice(0, half));
        await sumActorDays(client, "2026-03-01");
        await damage(chosen);
        await Promise.all([
          rebuildRollups(client, { acceptMissingEvents: false, dryRun: false }),
          sumActorDays(summing, "2026-03-03"),
          ...stores.map((store, worker) =>
            recordAll(
              store,
              notifications.slice(half).filter((_, index) => index % WORKERS === worker),
            ),
          ),
        ]);
        expect(await differing()).to.deep.equal([]);
        const model = new ReferenceModel("open", await creationsOf(admin));
        for (const notification of notifications) model.receive(notification);
        expect(await readTables(admin)).to.deep.equal(model.tables());
      }),
      { numRuns: RUNS },
    );
  });

  it("finds all equal at every moment while workers count", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries(events(false)), async (sent) => {
        await clearTables(admin);
        const notifications = sent.map(toNotification);
        let counting = true;
        const counted = Promise.all(
          stores.map((store, worker) =>
            recordAll(
              store,
              notifications.filter((_, index) => index % WORKERS === worker),
            ),
          ),
        ).finally(() => (counting = false));
        do expect(await differing()).to.deep.equal([]);
        while (counting);
        await counted;
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});

function newStore(url: string): PostgresTrackingStore {
  const onError = (error: Error): never => {
    throw error;
  };
  return new PostgresTrackingStore(
    createPool({ url, max: 1, applicationName: "property-rollups-worker", onError }),
    "open",
  );
}

function toNotification(delivery: { registry: string; events: readonly unknown[] }): Notification {
  return {
    registry: delivery.registry,
    receivedAt: "2026-11-21T10:00:00.000Z",
    body: JSON.stringify({ events: delivery.events }),
  };
}

async function recordAll(
  store: PostgresTrackingStore,
  notifications: readonly Notification[],
): Promise<void> {
  for (const notification of notifications) await store.record(readNotification(notification));
}

async function creationsOf(pool: pg.Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ key: string }>(
    "select registry || '/' || event_id as key from tracking_events where created_repository",
  );
  return new Set(rows.map(({ key }) => key));
}
