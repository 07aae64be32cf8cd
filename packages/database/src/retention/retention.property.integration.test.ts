import { readNotification } from "@tallyman/events";
import { expect } from "chai";
import fc from "fast-check";
import pg from "pg";
import { deliveries, events, type Delivery } from "../../../../test/support/arbitrary-events.ts";
import { clearTables, readTables } from "../../../../test/support/read-tables.ts";
import { createTestDatabase, type TestDatabase } from "../../../../test/support/test-database.ts";
import { sumActorDays } from "../actor-days/sum-actor-days.ts";
import { eraseUser } from "../erasure/erase-user.ts";
import { openConnection } from "../open-connection.ts";
import { createPool } from "../pool.ts";
import { PostgresTrackingStore } from "../postgres-tracking-store.ts";
import { rebuildRollups } from "../rollups/rebuild-rollups.ts";
import { verifyRollups } from "../rollups/verify-rollups.ts";
import { applyRetention } from "./apply-retention.ts";

/** Runs of each property; more by the environment when a night is to be spent on it. */
const RUNS = Number(process.env["TALLYMAN_PROPERTY_RUNS"] ?? 25);

/** What the generator's times are about, and one that is late after any retention. */
const MONTHS = ["2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01"];

/** Until when sums by actor are made. */
const DAYS = ["2024-03-01", "2026-01-01", "2026-03-02", "2026-03-03"];

/** Tables that tell what the tracking rows told, and must not change when those are removed. */
const TOTALS = [
  "ledger",
  "users",
  "container_repositories",
  "distinct_user_rollups",
  "event_rollups",
  "repository_daily",
  "repository_monthly",
  "repository_stats",
  "repository_actors",
  "tag_stats",
  "actor_daily",
];

describe("retention and erasure, as the rollups see them", function () {
  this.timeout(600_000);
  let database: TestDatabase;
  let admin: pg.Pool;
  let client: pg.Client;
  let store: PostgresTrackingStore;

  before(async () => {
    database = await createTestDatabase();
    admin = new pg.Pool({ connectionString: database.url, max: 1 });
    client = await openConnection(database.url, "property-retention");
    store = new PostgresTrackingStore(
      createPool({ url: database.url, max: 2, applicationName: "p", onError: () => undefined }),
      "open",
    );
  });

  after(async () => {
    await store.close();
    await client.end();
    await admin.end();
    await database.drop();
  });

  const send = async (sent: readonly Delivery[]): Promise<void> => {
    for (const { registry, events: list } of sent) {
      const body = JSON.stringify({ events: list });
      await store.record(
        readNotification({ registry, receivedAt: "2026-03-05T10:00:00.000Z", body }),
      );
    }
  };

  const differing = async (): Promise<string[]> =>
    (await verifyRollups(client, { show: 1 }))
      .filter(({ differences }) => differences > 0)
      .map(({ table }) => table);

  const totals = async (): Promise<unknown> => {
    const tables = await readTables(admin);
    return TOTALS.map((table) => [table, tables[table]]);
  };

  /** Days to keep so that everything before a month is removed. */
  const daysSince = async (month: string): Promise<number> => {
    const { rows } = await admin.query<{ days: number }>(
      "select (now() at time zone 'UTC')::date - $1::date as days",
      [month],
    );
    return rows[0]?.days ?? 0;
  };

  const steps = fc.array(
    fc.record({
      partition: fc.constantFrom(undefined, ...MONTHS),
      retainFrom: fc.constantFrom(undefined, ...MONTHS),
      erase: fc.constantFrom(undefined, "alice", "BOB", "ci", "nobody"),
      sumUntil: fc.constantFrom(undefined, ...DAYS),
    }),
    { minLength: 1, maxLength: 3 },
  );

  it("leave every number as it was, prove it, and count late events on top", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries(events(true)), steps, async (sent, course) => {
        await clearTables(admin);
        const share = Math.ceil(sent.length / course.length);
        for (const [index, { partition, retainFrom, erase, sumUntil }] of course.entries()) {
          if (partition !== undefined) {
            await admin.query("select tallyman.ensure_month_partition($1)", [partition]);
          }
          await send(sent.slice(index * share, (index + 1) * share));
          const before = await totals();
          if (sumUntil !== undefined) {
            await sumActorDays(client, sumUntil);
            expect(await totals()).to.deep.equal(before);
          }
          if (retainFrom !== undefined) {
            const days = await daysSince(retainFrom);
            await applyRetention(
              client,
              { trackingDays: days, rejectedDays: 0 },
              { dryRun: false },
            );
            const { rows } = await admin.query<{ n: number }>(
              "select count(*)::int as n from tracking_events where occurred_at < $1::date",
              [retainFrom],
            );
            expect(rows[0]?.n).to.equal(0);
            expect(await totals()).to.deep.equal(before);
          }
          expect(await differing()).to.deep.equal([]);
          if (erase !== undefined) {
            const numbers = await distinctUsers(admin);
            await eraseUser(client, { registry: "alpha", name: erase }, { dryRun: false });
            expect(await differing()).to.deep.equal([]);
            expect(await distinctUsers(admin)).to.deep.equal(numbers);
            expect(await mentions(admin, "alpha", erase)).to.equal(0);
          }
          const settled = await totals();
          await rebuildRollups(client, { acceptMissingEvents: false, dryRun: false });
          expect(await totals()).to.deep.equal(settled);
        }
        // What was sent before is known still, though its rows may be gone.
        const tracked = await trackedInLedger(admin);
        await send(sent);
        expect(await trackedInLedger(admin)).to.equal(tracked);
        expect(await differing()).to.deep.equal([]);
      }),
      { numRuns: RUNS },
    );
  });

  it("heal what is damaged as far as it can be counted, and leave the rest alone", async () => {
    await fc.assert(
      fc.asyncProperty(
        deliveries(events(true)),
        fc.constantFrom(...MONTHS),
        async (sent, month) => {
          await clearTables(admin);
          await send(sent);
          await applyRetention(client, { trackingDays: await daysSince(month) }, { dryRun: false });
          const before = await totals();
          await admin.query("delete from repository_stats; delete from repository_actors");
          await admin.query("update tag_stats set pulls = pulls + 1, digest = 'sha256:damaged'");
          await admin.query("delete from event_rollups where day >= $1", [month]);
          await admin.query("delete from distinct_user_rollups where period_start >= $1", [month]);
          await rebuildRollups(client, { acceptMissingEvents: false, dryRun: false });
          expect(await totals()).to.deep.equal(before);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

async function distinctUsers(admin: pg.Pool): Promise<unknown> {
  const { rows } = await admin.query("select * from distinct_user_rollups order by 1, 2, 3, 4");
  return rows;
}

async function trackedInLedger(admin: pg.Pool): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(
    "select coalesce(sum(tracked), 0)::int as n from ledger",
  );
  return rows[0]?.n ?? 0;
}

/** How many rows of any table have the name. */
async function mentions(admin: pg.Pool, registry: string, name: string): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(
    `select ((select count(*) from users where registry = $1 and username = $2)
       + (select count(*) from tracking_events where registry = $1 and lower(actor_name) = $2)
       + (select count(*) from repository_actors where registry = $1 and actor_name = $2)
       + (select count(*) from tallyman.removed_repository_actors where registry = $1 and actor_name = $2)
       + (select count(*) from rejected_events where registry = $1 and payload ilike '%"name":"' || $2 || '"%'))::int as n`,
    [registry, name.toLowerCase()],
  );
  return rows[0]?.n ?? 0;
}
