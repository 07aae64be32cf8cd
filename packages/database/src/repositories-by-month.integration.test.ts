import { readNotification } from "@tallyman/events";
import { expect } from "chai";
import pg from "pg";
import { readTables } from "../../../test/support/read-tables.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { migrate } from "./migrate.ts";
import { createPool } from "./pool.ts";
import { PostgresTrackingStore } from "./postgres-tracking-store.ts";
import { applyRetention } from "./retention/apply-retention.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const LAYER = "application/octet-stream";

const event = (id: string, day: string, action: string, target: object) => ({
  id,
  timestamp: `${day}T09:00:00Z`,
  action,
  target: { digest: "sha256:aa", size: 10, ...target },
});

/** In each repository of a month, what is a push of a manifest and what is not. */
const eventsOf = (day: string) => [
  event(`${day}-1`, day, "push", { repository: `m/${day}`, mediaType: MANIFEST }),
  event(`${day}-2`, day, "push", { repository: `m/${day}`, mediaType: MANIFEST }),
  event(`${day}-3`, day, "push", { repository: `l/${day}`, mediaType: LAYER }),
  event(`${day}-4`, day, "push", { repository: `l/${day}`, mediaType: LAYER }),
  event(`${day}-5`, day, "push", { repository: `l/${day}`, mediaType: MANIFEST, tag: "v1" }),
  event(`${day}-6`, day, "pull", { repository: `l/${day}`, mediaType: MANIFEST, tag: "v1" }),
  event(`${day}-7`, day, "pull", { repository: `l/${day}`, mediaType: MANIFEST }),
  event(`${day}-8`, day, "push", { repository: `l/${day}`, digest: "", size: 0 }),
];

describe("migration 0012, of a database in which there are events", () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  before(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const onError = (error: Error): never => {
      throw error;
    };
    const store = new PostgresTrackingStore(
      createPool({ url: database.url, max: 1, applicationName: "test", onError }),
      "open",
    );
    const receivedAt = "2026-11-21T10:00:00.000Z";
    for (const day of ["2025-01-31", "2026-03-01", "2026-03-31"]) {
      const body = JSON.stringify({ events: eventsOf(day) });
      await store.record(readNotification({ registry: "alpha", receivedAt, body }));
    }
    await store.close();
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  const addAnew = async () => {
    await pool.query(
      `alter table repository_daily drop column pushes;
       drop table repository_monthly;
       delete from tallyman.knex_migrations where name = '0012_repositories_by_month.sql'`,
    );
    expect((await migrate(database.url)).applied).to.deep.equal(["0012_repositories_by_month.sql"]);
  };

  it("fills in what the worker would have counted", async () => {
    const counted = await readTables(pool);
    await addAnew();
    expect(await readTables(pool)).to.deep.equal(counted);
  });

  it("counts a push as one of a manifest where its rows are gone, but no creation", async () => {
    const client = await pool.connect();
    await applyRetention(client, { trackingDays: 100 }, { dryRun: false });
    client.release();
    await addAnew();
    const { rows } = await pool.query<object>(
      "select repository, pulls::int, pushes::int from repository_monthly where month = '2025-01-01' order by 1",
    );
    expect(rows).to.deep.equal([
      { repository: "l/2025-01-31", pulls: 2, pushes: 2 },
      { repository: "m/2025-01-31", pulls: 0, pushes: 1 },
    ]);
  });
});
