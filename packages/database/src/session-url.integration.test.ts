import { expect } from "chai";
import pg from "pg";
import { countingForTests } from "../../../test/support/counting.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { sumActorDays } from "./actor-days/sum-actor-days.ts";
import { openConnection } from "./open-connection.ts";
import { createPool } from "./pool.ts";
import { sessionUrl } from "./session-url.ts";

/** What the administrator of a server may have set for everybody. */
const FOREIGN = {
  TimeZone: "America/St_Johns",
  DateStyle: "SQL, DMY",
  default_transaction_isolation: "serializable",
  statement_timeout: "9min",
  lock_timeout: "8min",
};

const SHOW = `select ${Object.keys(FOREIGN)
  .map((name) => `current_setting('${name}') as "${name}"`)
  .join(", ")}`;

const OURS = {
  TimeZone: "UTC",
  DateStyle: "ISO, YMD",
  default_transaction_isolation: "read committed",
};

const foreignSettings = (url: string): string =>
  Object.entries(FOREIGN)
    .map(
      ([name, value]) =>
        `alter database ${new URL(url).pathname.slice(1)} set ${name} to '${value}'`,
    )
    .join("; ");

describe("a session of ours in a database with settings of its own", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(foreignSettings(database.url));
    await client.end();
  });
  after(() => database.drop());

  it("of a pool has ours, and limits that end every wait", async () => {
    const options = { max: 1, applicationName: "test", onError: () => undefined };
    const pool = createPool({ url: database.url, ...options });
    expect((await pool.query(SHOW)).rows).to.deep.equal([
      { ...FOREIGN, ...OURS, lock_timeout: "10s" },
    ]);
    await pool.end();
  });

  it("for an errand has ours, and no limits", async () => {
    const client = await openConnection(database.url, "test");
    expect((await client.query(SHOW)).rows).to.deep.equal([
      { ...OURS, statement_timeout: "0", lock_timeout: "0" },
    ]);
    await client.end();
  });

  it("has ours also when its address brings options", async () => {
    const url = new URL(database.url);
    url.searchParams.set("options", "-c DateStyle=German -c work_mem=7MB");
    const client = await openConnection(url.href, "test");
    const { rows } = await client.query(
      "select current_setting('DateStyle') as style, current_setting('work_mem') as memory",
    );
    expect(rows).to.deep.equal([{ style: "ISO, YMD", memory: "7MB" }]);
    await client.end();
  });
});

describe("counting in a database with settings of its own", () => {
  const counting = countingForTests();
  const pull = (id: string, day: string) => ({
    id,
    timestamp: `${day}T23:30:00Z`,
    action: "pull",
    target: { repository: "a", tag: "v1", digest: "sha256:aa", size: 10 },
    actor: { name: "mira" },
  });

  it("gives the days that it gives everywhere", async () => {
    await counting.admin.query(foreignSettings(counting.url));
    const client = await openConnection(counting.url, "test");
    await counting.send([pull("1", "2026-09-30"), pull("2", "2026-10-12")]);
    await sumActorDays(client, "2026-10-20");
    // As text the twelfth of October stands before the thirtieth of September in every style but ISO.
    await counting.send([
      pull("3", "2026-10-12"),
      pull("4", "2026-10-20"),
      pull("5", "2026-11-02"),
    ]);
    const { rows } = await client.query(
      "select day::text, sum(events)::int as events from actor_daily group by 1 order by 1",
    );
    await client.end();
    expect(rows).to.deep.equal([
      { day: "2026-09-30", events: 1 },
      { day: "2026-10-12", events: 2 },
      { day: "2026-10-20", events: 1 },
      { day: "2026-11-02", events: 1 },
    ]);
  });
});

describe("sessionUrl", () => {
  it("leaves the address as it is but for the options", () => {
    const url = new URL(sessionUrl("postgres://a:p%40ss@db.example/x?options=-c%20role%3Dreader"));
    expect(url.password).to.equal("p%40ss");
    expect(url.searchParams.get("options")).to.match(/^-c role=reader -c TimeZone=UTC /);
  });
});
