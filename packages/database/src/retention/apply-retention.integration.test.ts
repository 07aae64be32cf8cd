import { expect } from "chai";
import pg from "pg";
import { countingForTests } from "../../../../test/support/counting.ts";
import { eventually } from "../../../../test/support/eventually.ts";
import { readHorizon, verifyRollups } from "../rollups/verify-rollups.ts";
import { applyRetention, type Retention, type RetentionRules } from "./apply-retention.ts";

const push = (id: string, day: string, more: object = {}) => ({
  id,
  timestamp: `${day}T09:00:00Z`,
  action: "push",
  target: { repository: "a", tag: "v1", digest: "sha256:aa", size: 10 },
  actor: { name: "mira" },
  ...more,
});

describe("applyRetention", () => {
  const counting = countingForTests();
  const { send, one } = counting;
  let client: pg.Client;

  beforeEach(async () => {
    client = new pg.Client({
      connectionString: counting.url,
      options: "-c TimeZone=Pacific/Kiritimati",
    });
    await client.connect();
    await counting.admin.query("select tallyman.ensure_month_partition('2025-03-01')");
  });
  afterEach(() => client.end());

  const keepFrom = async (
    day: string,
    rules: RetentionRules = {},
    dryRun = false,
  ): Promise<Retention> => {
    const { days } = (await one(
      `select (now() at time zone 'UTC')::date - '${day}'::date as days`,
    )) as { days: number };
    return applyRetention(client, { trackingDays: days, ...rules }, { dryRun });
  };

  const differing = async (): Promise<string[]> =>
    (await verifyRollups(client, { show: 1 }))
      .filter(({ differences }) => differences > 0)
      .map(({ table }) => table);

  const ids = async (): Promise<string[]> => Object.keys(await counting.actions()).toSorted();

  const partitions = async (): Promise<number> =>
    (
      await counting.admin.query(
        "select from pg_inherits where inhparent = 'tracking_events'::regclass and inhrelid::regclass::text like '%2025_03'",
      )
    ).rowCount ?? 0;

  it("tells what would go when it runs dry, and removes nothing", async () => {
    await send([push("1", "2025-03-31"), push("2", "2025-03-01"), push("3", "2024-02-29")]);
    const dry = await keepFrom("2025-04-15", {}, true);
    expect(dry.horizon).to.equal("2025-04-01");
    expect(dry.parts.map(({ partition, month, rows }) => [partition, month, rows])).to.deep.equal([
      ["tracking_events_2025_03", "2025-03-01", 2],
      [null, "2024-02-01", 1],
    ]);
    expect(dry.parts[0]?.bytes).to.be.greaterThan(8_000);
    expect([await ids(), await partitions()]).to.deep.equal([["1", "2", "3"], 1]);
  });

  it("drops whole months before the horizon, deletes what lies elsewhere, and says so in removals", async () => {
    await send([push("1", "2025-03-31"), push("2", "2024-02-29"), push("3", "2025-04-01")]);
    await keepFrom("2025-04-15");
    expect([await ids(), await partitions()]).to.deep.equal([["3"], 0]);
    const { rows } = await counting.admin.query(
      "select kind, older_than::text, removed_rows::int, removed_bytes > 0 as freed, removed_by = session_user as mine from removals order by id",
    );
    expect(rows).to.deep.equal([
      {
        kind: "tracking_events",
        older_than: "2025-04-01",
        removed_rows: 1,
        freed: true,
        mine: true,
      },
      {
        kind: "tracking_events",
        older_than: "2025-04-01",
        removed_rows: 1,
        freed: null,
        mine: true,
      },
    ]);
    expect(await readHorizon(client)).to.equal("2025-04-01");
    expect(await differing()).to.deep.equal([]);
  });

  it("keeps a month of which one day must be kept", async () => {
    await send([push("1", "2025-03-01")]);
    expect((await keepFrom("2025-03-31")).parts).to.deep.equal([]);
    expect(await ids()).to.deep.equal(["1"]);
    expect(await readHorizon(client)).to.equal(null);
  });

  it("still knows the events whose rows it has removed, and counts late ones", async () => {
    await send([push("1", "2025-03-31")]);
    await keepFrom("2025-04-01");
    await send([push("1", "2025-03-31"), push("2", "2025-03-30")]);
    expect(await ids()).to.deep.equal(["2"]);
    expect(await one("select pushes::int, first_pushed_at from tag_stats")).to.deep.equal({
      pushes: 2,
      first_pushed_at: new Date("2025-03-30T09:00:00Z"),
    });
    expect(await differing()).to.deep.equal([]);
    await keepFrom("2025-04-01");
    expect([await ids(), await differing()]).to.deep.equal([[], []]);
  });

  it("lets verify find damage on both sides of what it has removed", async () => {
    await send([push("1", "2025-03-31"), push("2", "2025-04-20")]);
    await keepFrom("2025-04-01");
    await counting.admin.query(
      "update event_rollups set events = 9; update repository_stats set pushes = 1",
    );
    const tables = await verifyRollups(client, { show: 9 });
    expect(
      tables
        .filter(({ differences }) => differences > 0)
        .map(({ table, shown }) => [table, shown[0]?.key]),
    ).to.deep.equal([
      ["event_rollups", { registry: "alpha", day: "2025-04-20", action: "push_tag" }],
      ["repository_stats", { registry: "alpha", repository: "a" }],
    ]);
  });

  it("leaves all equal at every moment while it runs", async () => {
    const months = Array.from({ length: 6 }, (_, index) => `2025-0${index + 1}-01`);
    for (const month of months) {
      await counting.admin.query("select tallyman.ensure_month_partition($1)", [month]);
    }
    await send(months.map((month, index) => push(`${index}`, month)));
    const verifier = new pg.Client({ connectionString: counting.url });
    await verifier.connect();
    try {
      let running = true;
      const removed = keepFrom("2025-07-01").finally(() => (running = false));
      while (running) {
        const verdicts = await verifyRollups(verifier, { show: 1 });
        expect(verdicts.filter(({ differences }) => differences > 0)).to.deep.equal([]);
      }
      expect((await removed).parts.map(({ rows }) => rows)).to.deep.equal([1, 1, 1, 1, 1, 1]);
    } finally {
      await verifier.end();
    }
  });

  it("waits for whoever reads the table, without holding up the workers for long", async () => {
    await send([push("1", "2025-03-31")]);
    const reader = await counting.admin.connect();
    await reader.query("begin; select from tracking_events");
    const removed = keepFromWithoutAdmin();
    await eventually("it waits for its lock", async () => {
      const { rowCount } = await reader.query(
        "select from pg_locks where not granted and relation = 'tracking_events'::regclass",
      );
      return rowCount === 1;
    });
    await send([push("2", "2025-04-20")]);
    await reader.query("commit");
    reader.release();
    expect((await removed).parts).to.have.length(1);
    expect([await ids(), await differing()]).to.deep.equal([["2"], []]);
  });

  // The pool has one connection, which the reader has.
  const keepFromWithoutAdmin = (): Promise<Retention> => {
    const days = Math.floor((Date.now() - Date.parse("2025-04-01")) / 86_400_000);
    return applyRetention(client, { trackingDays: days }, { dryRun: false });
  };

  it("removes rejected events that were replayed or discarded long ago, never open ones, and the ledger balances", async () => {
    const fly = (id: string) => ({ ...push(id, "2025-03-31"), action: "fly" });
    await send([fly("1"), fly("2"), fly("3"), fly("4")]);
    await counting.admin.query(
      `update rejected_events set discarded_at = now() - interval '91 days', payload = '' where event_id = '1'`,
    );
    await counting.admin.query(
      `update rejected_events set discarded_at = now() - interval '89 days', payload = '' where event_id = '2'`,
    );
    const rules = { rejectedDays: 90 };
    expect((await applyRetention(client, rules, { dryRun: true })).rejectedEvents).to.equal(1);
    expect((await applyRetention(client, rules, { dryRun: false })).rejectedEvents).to.equal(1);
    expect(
      await one("select array_agg(event_id order by id) as ids from rejected_events"),
    ).to.deep.equal({
      ids: ["2", "3", "4"],
    });
    expect(await differing()).to.deep.equal([]);
    expect((await send([fly("1")])).duplicates).to.equal(1);
  });

  it("forgets keys only of events whose rows are gone, and never one of a rejected event that is kept", async () => {
    await counting.admin.query("update tallyman.event_keys set day = day");
    await send([push("1", "2025-03-31"), push("2", "2025-04-20")]);
    await counting.admin.query("update tallyman.event_keys set day = '2025-03-20'");
    await counting.admin.query(
      "update tracking_events set received_at = '2025-03-20' where event_id = '2'",
    );
    // Nothing was removed yet: every key is needed.
    expect((await applyRetention(client, { keyDays: 10 }, { dryRun: false })).eventKeys).to.equal(
      0,
    );
    await send([{ ...push("3", "2025-04-01"), action: "fly" }]);
    await counting.admin.query("update rejected_events set received_at = '2025-03-10'");
    await keepFrom("2025-04-01");
    expect((await applyRetention(client, { keyDays: 10 }, { dryRun: false })).eventKeys).to.equal(
      0,
    );
    await counting.admin.query("update rejected_events set received_at = '2025-03-25'");
    expect((await applyRetention(client, { keyDays: 10 }, { dryRun: true })).eventKeys).to.equal(2);
    expect((await applyRetention(client, { keyDays: 10 }, { dryRun: false })).eventKeys).to.equal(
      2,
    );
    expect(await one("select count(*)::int as n from tallyman.event_keys")).to.deep.equal({ n: 1 });
  });
});
