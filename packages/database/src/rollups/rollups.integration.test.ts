import { expect } from "chai";
import pg from "pg";
import { countingForTests } from "../../../../test/support/counting.ts";
import { eventually } from "../../../../test/support/eventually.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { MissingEventsError, rebuildRollups } from "./rebuild-rollups.ts";
import { verifyRollups, type TableVerdict } from "./verify-rollups.ts";

const push = (id: string, tag: string, name = "mira") => ({
  id,
  timestamp: "2026-11-21T09:00:00.000001Z",
  action: "push",
  target: { repository: "a", tag, digest: "sha256:aa", size: 9_007_199_254_740_991 },
  actor: { name },
});

describe("verifyRollups and rebuildRollups", () => {
  const counting = countingForTests();
  const { send } = counting;
  let client: pg.Client;

  beforeEach(async () => {
    client = new pg.Client({
      connectionString: counting.url,
      options: "-c TimeZone=Pacific/Kiritimati",
    });
    await client.connect();
  });
  afterEach(() => client.end());

  const differing = async (show = 5): Promise<readonly Omit<TableVerdict, "rows">[]> =>
    (await verifyRollups(client, { show }))
      .filter(({ differences }) => differences > 0)
      .map(({ rows: _rows, ...verdict }) => verdict);

  const rebuild = (acceptMissingEvents = false): Promise<unknown> =>
    rebuildRollups(client, { acceptMissingEvents, dryRun: false });

  it("finds nothing in an empty database", async () => {
    expect(await differing()).to.deep.equal([]);
    await rebuild();
  });

  it("names the table, the key, what was expected and what is there, exactly", async () => {
    await send([push("1", "v1"), push("2", "v1")]);
    await counting.admin.query("update event_rollups set events = 3 where action = 'push_tag'");
    await counting.admin.query("delete from tag_stats");
    await counting.admin.query(
      "insert into repository_daily values ('alpha', 'b', '2026-01-01', 'x', 1, 2, 0)",
    );
    const counts = { bytes: "18014398509481982", repositories_created: "1" };
    expect((await differing()).map(({ table, shown }) => [table, shown[0]])).to.deep.equal([
      [
        "event_rollups",
        {
          key: { registry: "alpha", day: "2026-11-21", action: "push_tag" },
          expected: { events: "2", ...counts },
          actual: { events: "3", ...counts },
        },
      ],
      [
        "repository_daily",
        {
          key: { registry: "alpha", repository: "b", day: "2026-01-01", action: "x" },
          expected: null,
          actual: { events: "1", bytes: "2", repositories_created: "0", pushes: "0" },
        },
      ],
      [
        "tag_stats",
        {
          key: { registry: "alpha", repository: "a", tag: "v1" },
          expected: {
            digest: "sha256:aa",
            pushes: "2",
            pulls: "0",
            first_pushed_at: "2026-11-21 23:00:00.000001+14",
            last_pushed_at: "2026-11-21 23:00:00.000001+14",
            first_pulled_at: null,
            last_pulled_at: null,
            deleted_at: null,
          },
          actual: null,
        },
      ],
    ]);
  });

  it("shows as many differences as it was asked to, and tells how many there are", async () => {
    await send(Array.from({ length: 30 }, (_, index) => push(`${index}`, `v${index}`)));
    await counting.admin.query("update tag_stats set pulls = 1");
    const [verdict] = await differing(4);
    expect([verdict?.differences, verdict?.shown.length]).to.deep.equal([30, 4]);
    expect((await differing(0))[0]).to.deep.equal({
      table: "tag_stats",
      differences: 30,
      shown: [],
    });
  });

  it("checks the ledger against the tracked and the rejected rows, day by day", async () => {
    await send([push("1", "v1"), { id: "2", action: "fly" }]);
    await counting.admin.query("update ledger set tracked = 0, rejected = 2");
    await counting.admin.query("delete from rejected_events");
    expect(await differing()).to.deep.equal([
      {
        table: "ledger",
        differences: 1,
        shown: [
          {
            key: { registry: "alpha", day: "2026-11-21" },
            expected: { tracked: "1", rejected: "0", unaccounted: "0" },
            actual: { tracked: "0", rejected: "2", unaccounted: "0" },
          },
        ],
      },
    ]);
  });

  it("writes names in lower case as the worker does, whatever the database makes of them", async () => {
    const names = ["İpek", "ΟΔΥΣΣΕΎΣ", "Ærø", "Straße", "MIRA", "Ǆ", "Σ", "𐐀"];
    await send(names.map((name, index) => push(`${index}`, "v1", name)));
    expect(await differing()).to.deep.equal([]);
    await counting.admin.query("delete from repository_actors");
    await rebuild();
    expect(
      (
        await counting.admin.query<{ name: string }>(
          "select actor_name as name from repository_actors",
        )
      ).rows.map(({ name }) => name),
    ).to.have.members(names.map((name) => name.toLowerCase()));
  });

  it("foretells what it would do when it runs dry, while batches are under way, and writes nothing", async () => {
    await send([push("1", "v1")]);
    await counting.admin.query("delete from tag_stats");
    await counting.admin.query(
      "insert into repository_daily values ('alpha', 'b', '2026-01-01', 'x', 1, 2, 0)",
    );
    const batch = await counting.admin.connect();
    await batch.query("begin; select tallyman.enter_member_epoch()");
    const dry = await rebuildRollups(client, { acceptMissingEvents: false, dryRun: true });
    await batch.query("rollback");
    batch.release();
    expect((await differing()).map(({ table }) => table)).to.have.members([
      "tag_stats",
      "repository_daily",
    ]);
    expect(await rebuild()).to.deep.equal(dry);
    expect(dry).to.deep.include({ table: "tag_stats", removed: 0, written: 1 });
    expect(dry).to.deep.include({ table: "repository_daily", removed: 1, written: 0 });
  });

  it("waits for the batch under way and makes the next one wait", async () => {
    await send([push("1", "v1")]);
    await counting.admin.query("delete from tag_stats");
    const batch = await counting.admin.connect();
    await batch.query("begin; select tallyman.enter_member_epoch()");
    const steps: string[] = [];
    const rebuilt = rebuild().then(() => steps.push("rebuilt"));
    const waiting = (sessions: number) => async () => {
      const { rows } = await batch.query<{ n: number }>(
        "select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
      return rows[0]?.n === sessions;
    };
    await eventually("the rebuild waits", waiting(1));
    const sent = send([push("2", "v1")]).then(() => steps.push("sent"));
    await eventually("the next batch waits", waiting(2));
    await batch.query("commit");
    batch.release();
    await Promise.all([rebuilt, sent]);
    expect(steps).to.deep.equal(["rebuilt", "sent"]);
    expect(await differing()).to.deep.equal([]);
  });

  it("makes workers forget what they remember of sets that it has changed", async () => {
    await send([push("0", "v0", ""), push("1", "v1")]);
    await counting.admin.query("update tracking_events set user_id = null");
    await rebuild();
    await send([push("2", "v1")]);
    await counting.admin.query(
      "update tracking_events set user_id = (select id from users) where actor_name is not null",
    );
    expect(await differing()).to.deep.equal([]);
  });

  it("refuses to rebuild when tracking rows are gone, unless that is accepted", async () => {
    await send([push("1", "v1"), push("2", "v2")]);
    await counting.admin.query("delete from tracking_events where event_id = '1'");
    const error = await rejectionOf(rebuild());
    expect(error).to.be.instanceOf(MissingEventsError).and.to.include({ missing: 1 });
    await rebuild(true);
    expect((await counting.admin.query("select tag from tag_stats")).rows).to.deep.equal([
      { tag: "v2" },
    ]);
    expect((await differing()).map(({ table }) => table)).to.deep.equal(["ledger"]);
  });
});
