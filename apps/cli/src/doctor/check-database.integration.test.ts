import { agreeOnNames, ensurePartitions, inspectServer, openConnection } from "@tallyman/database";
import { actorNames } from "@tallyman/events";
import { expect } from "chai";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../../../../test/support/test-database.ts";
import { checkDatabase, judgeRights, judgeServer } from "./check-database.ts";

describe("checkDatabase", () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  before(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 1 });
    await ensurePartitions(pool, new Date());
  });

  after(async () => {
    await pool.end();
    await database.drop();
  });

  /** The database with start-up options. */
  const withOptions = (options: string): string => {
    const url = new URL(database.url);
    url.searchParams.set("options", options);
    return url.href;
  };

  const check = async (needs: "worker" | "reader", url = database.url): Promise<string[]> =>
    (await checkDatabase(url, needs)).map(
      ({ check: area, status, message, next = "" }) => `${area} ${status}: ${message} / ${next}`,
    );

  const faults = async (needs: "worker" | "reader", url?: string): Promise<string> =>
    (await check(needs, url)).filter((line) => line.includes(" fault: ")).join("\n");

  it("is content with a database that is migrated and has its partitions", async () => {
    const lines = await check("worker");
    expect(lines.filter((line) => line.includes(" fault: "))).to.deep.equal([]);
    for (const text of [
      "database ok: Postgres",
      "schema ok: is this version's",
      "rights ok: tallyman_worker and tallyman_reader may do what they must",
      "partitions ok:",
      "rejected ok:",
    ]) {
      expect(
        lines.some((line) => line.startsWith(text)),
        text,
      ).to.equal(true);
    }
  });

  it("tells one that is away or not there, without its password", async () => {
    const away = new URL(database.url);
    [away.port, away.password] = ["1", "very-secret"];
    const text = await faults("worker", away.href);
    expect(text).to.contain("database fault").and.to.contain("correct DATABASE_URL");
    expect(text).not.to.contain("very-secret");
    const nowhere = new URL(database.url);
    nowhere.pathname = "/nowhere";
    expect(await faults("worker", nowhere.href)).to.contain("npm run migrate");
  });

  it("tells a schema that is older or newer, and what to run", async () => {
    const { rows } = await pool.query<{ name: string }>(
      "select name from tallyman.knex_migrations order by name desc limit 1",
    );
    const last = rows[0]?.name;
    await pool.query("delete from tallyman.knex_migrations where name = $1", [last]);
    const older = await faults("worker");
    await pool.query(
      "insert into tallyman.knex_migrations (name, batch, migration_time) values ($1, 1, now()), ('9999_later.sql', 9, now())",
      [last],
    );
    const newer = await faults("worker");
    await pool.query("delete from tallyman.knex_migrations where name = '9999_later.sql'");
    expect(older).to.contain(`lacks 1 migrations (${last}). / Run: npm run migrate`);
    expect(newer).to.contain("9999_later.sql").and.to.contain("/ Run that version");
  });

  it("names each right that a role lacks", async () => {
    await pool.query(
      "revoke insert on ledger from tallyman_worker; revoke select on tag_stats from tallyman_reader",
    );
    const text = await faults("worker");
    await pool.query(
      "grant insert on ledger to tallyman_worker; grant select on tag_stats to tallyman_reader",
    );
    expect(text)
      .to.contain("tallyman_worker: insert on ledger")
      .and.to.contain("tallyman_reader: select on tag_stats");
  });

  it("sees what a login may, and is content with a reader for the api", async () => {
    const reader = withOptions("-c role=tallyman_reader -c TimeZone=UTC");
    expect(await faults("reader", reader)).to.equal("");
    expect(await faults("worker", reader)).to.contain("may only read / grant tallyman_worker");
    expect(await faults("worker", withOptions("-c role=tallyman_worker -c TimeZone=UTC"))).to.equal(
      "",
    );
  });

  it("tells partitions that are missing, and rejected events", async () => {
    const month = new Date().toISOString().slice(0, 7);
    await pool.query(`drop table tallyman.tracking_events_${month.replace("-", "_")}`);
    await pool.query(
      "insert into rejected_events (registry, received_at, reason, detail, payload) values ('a', now(), 'not_json', '', '')",
    );
    const lines = (await check("worker")).join("\n");
    expect(lines).to.contain(`partitions warning: none for ${month};`);
    expect(lines).to.contain("rejected warning: 1 event could not be counted");
  });

  it("tells days and dates that a pooler has left as the server has them", async () => {
    const client = new pg.Client({
      connectionString: withOptions("-c TimeZone=Asia/Tokyo -c DateStyle=German"),
    });
    await client.connect();
    const server = await inspectServer(client);
    await client.end();
    const found = judgeServer(server).filter(({ status }) => status === "fault");
    expect(found.map(({ message }) => message).join("\n"))
      .to.contain("its sessions are in Asia/Tokyo")
      .and.to.contain("its sessions write dates as German");
  });

  it("warns of a superuser, of a commit that does not wait for the disk, and of clocks that differ", async () => {
    const client = await openConnection(database.url, "test");
    const server = await inspectServer(client);
    await client.end();
    expect(Math.abs(server.clockAheadMs)).to.be.below(5_000);
    const messages = judgeServer({
      ...server,
      superuser: true,
      synchronousCommit: "off",
      clockAheadMs: -60_000,
    }).map(({ status, message }) => `${status}: ${message}`);
    expect(messages.join("\n"))
      .to.match(/^warning: .* is a superuser/m)
      .and.to.match(/^warning: synchronous_commit is off/m)
      .and.to.match(/^warning: its clock is 60 s behind/m);
    const old = judgeServer({ ...server, version: "13.9", versionNumber: 130_009 });
    expect(old[0]).to.include({ status: "fault", message: "Postgres 13.9 is too old" });
  });

  it("tells when workers would record people under other names, and leaves no key itself", async () => {
    const [first, other] = ["a", "b"].map((letter) => actorNames("pseudonym", letter.repeat(32)));
    const ofNames = async (names = first): Promise<string[]> =>
      (await checkDatabase(database.url, "worker", names))
        .filter(({ check: area }) => area === "names")
        .map(({ status, next = "" }) => `${status} ${next}`);
    expect([await ofNames(other), await ofNames(first)]).to.deep.equal([["ok "], ["ok "]]);
    await agreeOnNames(pool, first ?? actorNames("off"), { note: true });
    try {
      expect(await ofNames(first)).to.deep.equal(["ok "]);
      for (const names of [other, actorNames("plain")]) {
        expect((await ofNames(names))[0]).to.match(/^fault Set .* of then\./);
      }
    } finally {
      await pool.query("delete from tallyman.actor_names_key");
    }
  });

  it("names the logins of each role, and warns when a role has none", () => {
    const content = {
      missingRights: [],
      loginMay: "worker",
      members: { tallyman_worker: ["counting"], tallyman_reader: [] },
      missingPartitions: [],
      openRejected: 0,
    } as const;
    const found = judgeRights(content, "worker");
    expect(found.map(({ status, message }) => `${status}: ${message}`)).to.include.members([
      "ok: tallyman_worker: counting",
      "warning: no login is a member of tallyman_reader",
    ]);
  });
});
