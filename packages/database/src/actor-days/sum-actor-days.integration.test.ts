import { expect } from "chai";
import type pg from "pg";
import { countingForTests } from "../../../../test/support/counting.ts";
import { eventually } from "../../../../test/support/eventually.ts";
import { openConnection } from "../open-connection.ts";
import { verifyRollups } from "../rollups/verify-rollups.ts";
import { dueUntil, sumActorDays } from "./sum-actor-days.ts";

const pull = (id: string, day: string, name = "mira") => ({
  id,
  timestamp: `${day}T09:00:00Z`,
  action: "pull",
  target: { repository: "a", tag: "v1", digest: "sha256:aa", size: 10 },
  actor: { name },
});

describe("sumActorDays", () => {
  const counting = countingForTests();
  const { send, one } = counting;
  let client: pg.Client;

  beforeEach(async () => {
    client = await openConnection(counting.url, "test-sums");
  });
  afterEach(() => client.end());

  /** Events by day, as people read them, and how many of the days' rows are sums. */
  const told = async () => {
    const { rows } = await counting.admin.query<{ day: string; events: number }>(
      "select day::text, sum(events)::int as events from actor_daily where actor_name = 'mira' group by 1 order by 1",
    );
    return Object.fromEntries(rows.map(({ day, events }) => [day, events]));
  };
  const sums = async () =>
    ((await one("select count(*)::int as n from tallyman.actor_days")) as { n: number }).n;
  const differing = async () =>
    (await verifyRollups(client, { show: 1 })).filter(({ differences }) => differences > 0);

  it("sums days up one by one, leaves the latest to the tracking rows, and does nothing twice", async () => {
    await send([pull("1", "2026-11-01"), pull("2", "2026-11-01"), pull("3", "2026-11-05")]);
    await send([pull("4", "2026-11-09")]);
    const all = { "2026-11-01": 2, "2026-11-05": 1, "2026-11-09": 1 };
    expect(await told()).to.deep.equal(all);
    expect(await sumActorDays(client, "2026-11-09")).to.equal(2);
    expect([await told(), await sums()]).to.deep.equal([all, 2]);
    expect(await sumActorDays(client, "2026-11-09")).to.equal(0);
    expect(await sumActorDays(client, "2026-11-08")).to.equal(0);
    expect([await told(), await sums()]).to.deep.equal([all, 2]);
    expect(await differing()).to.deep.equal([]);
  });

  it("has what comes late at once, on days with and without sums", async () => {
    await send([pull("1", "2026-11-01")]);
    await sumActorDays(client, "2026-11-09");
    await send([pull("2", "2026-11-01", "MIRA"), pull("3", "2026-11-02"), pull("4", "2026-11-09")]);
    await send([pull("2", "2026-11-01", "MIRA")]);
    expect(await told()).to.deep.equal({ "2026-11-01": 2, "2026-11-02": 1, "2026-11-09": 1 });
    expect([await sums(), await differing()]).to.deep.equal([3, []]);
  });

  it("does an interrupted day again, with what came late meanwhile", async () => {
    await send([pull("1", "2026-11-01")]);
    // As it is when a worker dies after batches were told.
    await counting.admin.query("update tallyman.actor_days_state set added_until = '2026-11-02'");
    await send([pull("2", "2026-11-01"), pull("3", "2026-11-01", "noor")]);
    expect(await told()).to.deep.equal({ "2026-11-01": 2 });
    await sumActorDays(client, "2026-11-02");
    expect(await told()).to.deep.equal({ "2026-11-01": 2 });
    expect([await sums(), await differing()]).to.deep.equal([2, []]);
  });

  it("waits for the batch under way and leaves nothing out of it", async () => {
    await send([pull("1", "2026-11-01")]);
    const batch = await counting.admin.connect();
    await batch.query("begin; select tallyman.enter_batch()");
    await batch.query(
      `insert into tracking_events
       select '2', registry, occurred_at, received_at, timestamp_source, operation, target_kind, action,
         created_repository, repository, tag, digest, media_type, size_bytes, actor_name
       from tracking_events`,
    );
    const summed = sumActorDays(client, "2026-11-02");
    await eventually("the sums wait", async () => {
      const { rows } = await batch.query<{ n: number }>(
        "select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
      return rows[0]?.n === 1;
    });
    await batch.query("commit");
    batch.release();
    await summed;
    expect(await told()).to.deep.equal({ "2026-11-01": 2 });
  });

  it("holds batches up no longer than until it knows what to sum up", async () => {
    await send([pull("1", "2026-11-01")]);
    const blocker = await counting.admin.connect();
    await blocker.query(
      `create function pg_temp.wait() returns trigger language plpgsql as
         $$ begin perform pg_advisory_xact_lock(20); return null; end $$;
       create trigger wait before insert on tallyman.actor_days for each statement
         when (current_setting('application_name') = 'test-sums') execute function pg_temp.wait();
       begin; select pg_advisory_xact_lock(20)`,
    );
    const summed = sumActorDays(client, "2026-11-05");
    await eventually("batches were told", async () => {
      const { rows } = await blocker.query(
        "select from tallyman.actor_days_state where added_until > summed_until",
      );
      return rows.length === 1;
    });
    await send([pull("2", "2026-11-04")]);
    await blocker.query("commit");
    await summed;
    await blocker.query("drop trigger wait on tallyman.actor_days");
    blocker.release();
    expect(await told()).to.deep.equal({ "2026-11-01": 1, "2026-11-04": 1 });
    expect(await differing()).to.deep.equal([]);
  });

  it("is due three whole days after a day's end", () => {
    expect(dueUntil(new Date("2026-11-21T00:00:00Z"))).to.equal("2026-11-18");
    expect(dueUntil(new Date("2026-11-21T23:59:59Z"))).to.equal("2026-11-18");
  });
});
