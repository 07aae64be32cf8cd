import { expect } from "chai";
import type pg from "pg";
import { countingForTests } from "../../../test/support/counting.ts";
import { discardRejected } from "./discard-rejected.ts";
import { replayRejected } from "./replay-rejected.ts";
import type { RejectedSelection } from "./rejected-batches.ts";
import { listRejected } from "./rejected-events.ts";
import type { Replayed } from "./replayed.ts";
import { verifyRollups } from "./rollups/verify-rollups.ts";

const LEDGER =
  "select day::text, received::int, tracked::int, duplicates::int, rejected::int from ledger";

describe("replayRejected", () => {
  const counting = countingForTests();
  const { send } = counting;
  let client: pg.PoolClient;

  beforeEach(async () => {
    client = await counting.admin.connect();
  });
  afterEach(async () => {
    const verdicts = await verifyRollups(client, { show: 5 });
    client.release();
    expect(verdicts.filter(({ differences }) => differences > 0)).to.deep.equal([]);
  });

  const query = async (text: string): Promise<unknown[]> => (await client.query(text)).rows;

  const replay = async (
    selection: RejectedSelection = { filter: {} },
    dryRun = false,
  ): Promise<readonly Omit<Replayed, "id">[]> => {
    const results: Replayed[] = [];
    await replayRejected(client, selection, {
      directory: "open",
      dryRun,
      onReplayed: (result) => results.push(result),
    });
    return results.map(({ id: _id, ...rest }) => rest);
  };

  const fly = (id: string, tag = "v1") => ({
    id,
    timestamp: "2026-11-20T23:59:59Z",
    action: "fly",
    target: { repository: "a", tag },
    actor: { name: "Mira" },
  });

  /** As if an older version had rejected what this one understands. */
  const mend = (): Promise<unknown> =>
    client.query(`update rejected_events set payload = replace(payload, '"fly"', '"push"')`);

  const COUNTED = { outcome: "replayed", tracked: 1, duplicates: 0, rejected: 0 };
  const NOTHING = { tracked: 0, duplicates: 0, rejected: 0 };

  it("counts an event on its day of receipt, with its repository, its user and every rollup", async () => {
    await send([fly("1")]);
    await mend();
    expect(await replay()).to.deep.equal([COUNTED]);
    expect(await query(LEDGER)).to.deep.equal([
      { day: "2026-11-21", received: 1, tracked: 1, duplicates: 0, rejected: 0 },
    ]);
    expect(
      await query(
        "select event_id, action, created_repository, received_at::date::text as day from tracking_events",
      ),
    ).to.deep.equal([
      { event_id: "1", action: "push_tag", created_repository: true, day: "2026-11-21" },
    ]);
    expect(await query("select username from users")).to.deep.equal([{ username: "mira" }]);
    expect(
      await query(
        "select replayed_at is not null as replayed, payload <> '' as kept from rejected_events",
      ),
    ).to.deep.equal([{ replayed: true, kept: true }]);
  });

  it("changes nothing the second time, and recognises the event when the registry sends it once more", async () => {
    await send([fly("1")]);
    await mend();
    await replay();
    const { events } = await listRejected(client, { all: true }, 1);
    const ids = events.map(({ id }) => id);
    expect(await replay()).to.deep.equal([]);
    expect(await replay({ ids })).to.deep.equal([{ outcome: "already_replayed", ...NOTHING }]);
    await send([{ ...fly("1"), action: "push" }]);
    expect(await query(LEDGER)).to.deep.equal([
      { day: "2026-11-21", received: 2, tracked: 1, duplicates: 1, rejected: 0 },
    ]);
  });

  it("makes a duplicate of an event that was counted meanwhile", async () => {
    await send([fly("1")]);
    await send([{ ...fly("1"), action: "push" }]);
    await mend();
    expect(await replay()).to.deep.equal([{ ...COUNTED, tracked: 0, duplicates: 1 }]);
    expect(await query(LEDGER)).to.deep.equal([
      { day: "2026-11-21", received: 2, tracked: 1, duplicates: 1, rejected: 0 },
    ]);
  });

  it("leaves an event rejected that is no event still, with the reason of today", async () => {
    await send([fly("1")]);
    await client.query(
      "update rejected_events set reason = 'repository_missing', detail = 'An older version said so.'",
    );
    const [result] = await replay();
    expect(result).to.deep.include({ outcome: "still_rejected", reason: "action_unknown" });
    expect(
      await query(
        "select reason, replayed_at, event_id, payload::json->>'action' as action from rejected_events",
      ),
    ).to.deep.equal([
      { reason: "action_unknown", replayed_at: null, event_id: "1", action: "fly" },
    ]);
    expect(await query(LEDGER)).to.deep.equal([
      { day: "2026-11-21", received: 1, tracked: 0, duplicates: 0, rejected: 1 },
    ]);
  });

  it("keeps what is mended badly as it is", async () => {
    await send([fly("1")]);
    await client.query("update rejected_events set payload = '{]'");
    expect((await replay())[0]).to.include({ outcome: "still_rejected", reason: "not_json" });
    expect(await query("select payload from rejected_events")).to.deep.equal([{ payload: "{]" }]);
  });

  it("leaves the one event of many rejected that the database refuses, and counts its neighbours", async () => {
    await send(Array.from({ length: 50 }, (_, index) => fly(`${index}`, `t${index}`)));
    await mend();
    await client.query("alter table tag_stats add constraint test check (tag <> 't31')");
    try {
      const results = await replay();
      expect(results.filter(({ outcome }) => outcome === "replayed")).to.have.length(49);
      expect(
        await query(
          "select event_id, reason, replayed_at from rejected_events where replayed_at is null",
        ),
      ).to.deep.equal([{ event_id: "31", reason: "refused_by_database", replayed_at: null }]);
    } finally {
      await client.query("alter table tag_stats drop constraint test");
    }
    expect(await replay()).to.deep.equal([COUNTED]);
    expect(await query(LEDGER)).to.deep.equal([
      { day: "2026-11-21", received: 50, tracked: 50, duplicates: 0, rejected: 0 },
    ]);
  });

  it("counts every event of a body that can be opened now, and the ledger still balances", async () => {
    await send([fly("known")]);
    await client.query(
      `insert into rejected_events (registry, received_at, reason, detail, payload)
       values ('alpha', '2026-11-19T10:00:00Z', 'unknown_shape', 'An older version could not open it.', $1)`,
      [
        JSON.stringify({
          events: [
            { ...fly("1"), action: "push" },
            fly("2"),
            fly("known"),
            { ...fly("3"), action: "pull" },
          ],
        }),
      ],
    );
    await client.query("insert into ledger values ('alpha', '2026-11-19', 1, 0, 0, 1)");
    const results = await replay({ filter: { reason: "unknown_shape" } });
    expect(results).to.deep.equal([
      { outcome: "replayed", tracked: 2, duplicates: 1, rejected: 1 },
    ]);
    expect(await query(`${LEDGER} order by day`)).to.deep.equal([
      { day: "2026-11-19", received: 4, tracked: 2, duplicates: 1, rejected: 1 },
      { day: "2026-11-21", received: 1, tracked: 0, duplicates: 0, rejected: 1 },
    ]);
  });

  it("foretells what would happen and writes nothing when it runs dry", async () => {
    await send([fly("1"), fly("2"), { id: "3", action: "sail" }]);
    await send([{ ...fly("2"), action: "push" }]);
    await mend();
    const before = await query("select * from rejected_events order by id");
    const forecast = await replay({ filter: {} }, true);
    expect(await query("select * from rejected_events order by id")).to.deep.equal(before);
    expect(await replay()).to.deep.equal(forecast);
    expect(forecast.map(({ outcome }) => outcome)).to.deep.equal([
      "replayed",
      "replayed",
      "still_rejected",
    ]);
  });

  it("tells of numbers that are not there, and takes each number once", async () => {
    expect(await replay({ ids: [999_999, 999_999] })).to.deep.equal([
      { outcome: "missing", ...NOTHING },
    ]);
  });

  it("replays only the events that fit", async () => {
    await send([fly("1"), { id: "2", action: "sail" }], "alpha");
    await send([fly("1")], "beta");
    await mend();
    expect(await replay({ filter: { registry: "beta", reason: "action_unknown" } })).to.deep.equal([
      COUNTED,
    ]);
    expect(await replay({ filter: { since: "2026-11-22T00:00:00Z" } })).to.deep.equal([]);
  });

  describe("discardRejected", () => {
    const discard = async (ids: readonly number[], dryRun = false): Promise<unknown[]> => {
      const results: unknown[] = [];
      await discardRejected(
        client,
        { ids },
        { dryRun, onDiscarded: (_, wasOpen) => results.push(wasOpen) },
      );
      return results;
    };

    it("removes the payload for good; the event stays rejected in the ledger and is recognised when it comes again", async () => {
      await send([fly("1")]);
      const { events } = await listRejected(client, {}, 1);
      const ids = [...events.map(({ id }) => id), 999_999];
      expect(await discard(ids, true)).to.deep.equal([true, false]);
      expect(await discard(ids)).to.deep.equal([true, false]);
      expect(await discard(ids)).to.deep.equal([false, false]);
      await mend();
      expect((await replay({ ids }))[0]).to.deep.equal({ outcome: "discarded", ...NOTHING });
      expect(await replay()).to.deep.equal([]);
      await send([fly("1")]);
      expect(
        await query(
          "select payload, reason, discarded_at is not null as discarded from rejected_events",
        ),
      ).to.deep.equal([{ payload: "", reason: "action_unknown", discarded: true }]);
      expect(await query(LEDGER)).to.deep.equal([
        { day: "2026-11-21", received: 2, tracked: 0, duplicates: 1, rejected: 1 },
      ]);
    });
  });

  it("sets the refused event of a batch aside although a rejected one stands before it", async () => {
    await client.query("alter table tag_stats add constraint test check (tag <> 't1')");
    try {
      const push = { ...fly("2", "t1"), action: "push" };
      expect(await send([fly("1"), push])).to.deep.include({ received: 2, rejected: 2 });
    } finally {
      await client.query("alter table tag_stats drop constraint test");
    }
  });
});
