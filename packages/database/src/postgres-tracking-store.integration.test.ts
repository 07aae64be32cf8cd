import { expect } from "chai";
import type pg from "pg";
import { countingForTests } from "../../../test/support/counting.ts";

interface Sent {
  readonly id?: string;
  readonly action?: string;
  readonly [field: string]: unknown;
}

describe("PostgresTrackingStore", () => {
  const counting = countingForTests();
  const { send, open, one, usersOf } = counting;

  describe("users", () => {
    const pull = (id: string, name: string): Sent => ({
      id,
      action: "pull",
      target: { repository: "a", tag: "v1" },
      actor: { name },
    });

    it("tracks unknown names without counting them when the directory is closed", async () => {
      const closed = open("closed");
      try {
        await counting.admin.query(
          "insert into users (registry, username) values ('alpha', 'Mira')",
        );
        await send([pull("1", "MIRA"), pull("2", "tom")], "alpha", closed);
        expect(await usersOf("any_read")).to.equal(1);
        await counting.admin.query(
          "insert into users (registry, username) values ('alpha', 'tom')",
        );
        await send([pull("3", "Tom")], "alpha", closed);
        expect(await usersOf("any_read")).to.equal(2);
      } finally {
        await closed.close();
      }
    });

    it("records a user again after an operator has removed it, although the worker remembered it", async () => {
      await send([pull("1", "mira")]);
      await counting.admin.query("delete from tallyman.distinct_members");
      await counting.admin.query("delete from users");
      await send([pull("2", "mira")]);
      expect(await one("select username from users")).to.deep.equal({ username: "mira" });
      expect(
        await one("select distinct_users('pull_tag', '2026-11-21', '2026-11-22')::int as n"),
      ).to.deep.equal({ n: 1 });
    });

    it("adds the same name in two registries up as two users", async () => {
      await send([pull("1", "mira")], "alpha");
      await send([pull("1", "mira")], "beta");
      const query =
        "select distinct_users('any_read', '2026-11-01', '2026-12-01')::int as both, distinct_users('any_read', '2026-11-01', '2026-12-01', 'beta')::int as one";
      expect(await one(query)).to.deep.equal({ both: 2, one: 1 });
    });

    it("names the metrics there are when distinct_users is asked for another", async () => {
      const error = await counting.admin
        .query("select distinct_users('pushes', '2026-11-01', '2026-12-01')")
        .then(
          () => undefined,
          (reason: pg.DatabaseError) => reason,
        );
      expect(error?.message).to.equal('unknown metric "pushes"');
      expect(error?.hint).to.contain("push_tag");
    });
  });

  describe("rejected events", () => {
    it("sets a bad event aside whole and counts its neighbours", async () => {
      const good = { id: "1", action: "pull", target: { repository: "a", tag: "v1" } };
      const result = await send([good, { id: "2", action: "fly", target: { repository: "a" } }, 7]);
      expect(result).to.deep.include({ received: 3, duplicates: 0, rejected: 2 });
      const { rows } = await counting.admin.query(
        "select reason, event_id, payload from rejected_events order by id",
      );
      expect(rows).to.deep.equal([
        {
          reason: "action_unknown",
          event_id: "2",
          payload: '{"id":"2","action":"fly","target":{"repository":"a"}}',
        },
        {
          reason: "not_an_object",
          event_id: "content:048c5bae029708e3031ecd642cd5996d",
          payload: "7",
        },
      ]);
    });

    it("does not let a rejected id block a later, correct event with the same id", async () => {
      await send([{ id: "1", action: "fly", target: { repository: "a" } }]);
      const result = await send([{ id: "1", action: "pull", target: { repository: "a" } }]);
      expect(result.tracked).to.have.length(1);
    });

    it("counts a rejected event that is seen again as a duplicate, by its id or its content", async () => {
      const bad = [{ id: "1", action: "fly" }, { action: "fly" }];
      await send(bad);
      expect(await send(bad)).to.deep.include({ duplicates: 2, rejected: 0 });
      expect(
        await one("select received::int, tracked::int, duplicates::int, rejected::int from ledger"),
      ).to.deep.equal({
        received: 4,
        tracked: 0,
        duplicates: 2,
        rejected: 2,
      });
    });
  });

  it("sets aside the one event of many that the database refuses, whole, and counts its neighbours", async () => {
    await counting.admin.query("alter table tag_stats add constraint test check (tag <> 't317')");
    try {
      const events = Array.from({ length: 500 }, (_, index) => ({
        id: `${index}`,
        action: "pull",
        target: { repository: "a", tag: `t${index}` },
        actor: { name: `user${index % 7}` },
      }));
      const result = await send(events);
      expect(result).to.deep.include({ received: 500, duplicates: 0, rejected: 1 });
      expect(await one("select event_id, reason, payload from rejected_events")).to.deep.equal({
        event_id: "317",
        reason: "refused_by_database",
        payload: JSON.stringify(events[317]),
      });
      expect(await one("select count(*)::int as n from tracking_events")).to.deep.equal({ n: 499 });
      expect(await one("select pulls::int from repository_stats")).to.deep.equal({ pulls: 499 });
      expect(await send(events)).to.deep.include({ duplicates: 500, rejected: 0 });
    } finally {
      await counting.admin.query("alter table tag_stats drop constraint test");
    }
  });

  it("writes nothing of a batch that fails and counts it whole when it is tried again", async () => {
    await counting.admin.query(
      "alter table ledger add constraint broken check (received < 0) not valid",
    );
    const events = [
      { id: "1", action: "push", target: { repository: "a", tag: "v1" }, actor: { name: "mira" } },
    ];
    const failed = await send(events).then(
      () => false,
      () => true,
    );
    expect(failed).to.equal(true);
    expect((await counting.admin.query("select 1 from tracking_events")).rows).to.deep.equal([]);
    await counting.admin.query("alter table ledger drop constraint broken");
    expect(await send(events)).to.deep.include({ received: 1, duplicates: 0 });
    expect(await usersOf("push_tag")).to.equal(1);
  });

  it("keeps sums of sizes that no 64-bit number could hold", async () => {
    const size = Number.MAX_SAFE_INTEGER;
    const events = Array.from({ length: 2_000 }, (_, index) => ({
      id: `${index}`,
      action: "pull",
      target: { repository: "a", mediaType: "application/octet-stream", digest: "d", size },
    }));
    await send(events);
    expect(await one("select bytes from event_rollups")).to.deep.equal({
      bytes: String(BigInt(size) * 2_000n),
    });
  });

  it("refuses to count after it was closed, and closes twice without complaint", async () => {
    const other = open("open");
    await other.close();
    await other.close();
    expect(
      await send([], "alpha", other).then(
        () => false,
        () => true,
      ),
    ).to.equal(true);
  });
});
