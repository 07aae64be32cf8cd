import { expect } from "chai";
import type pg from "pg";
import { countingForTests } from "../../../test/support/counting.ts";
import { rejectionOf } from "../../../test/support/rejection.ts";
import { openConnection } from "./open-connection.ts";
import { replayRejected } from "./replay-rejected.ts";
import type { Replayed } from "./replayed.ts";
import { verifyRollups } from "./rollups/verify-rollups.ts";

/** More than two transactions hold. */
const EVENTS = 9_001;

const push = (index: number) => ({
  id: `${index}`,
  timestamp: "2026-11-20T23:59:59Z",
  action: "push",
  target: { repository: `r${index % 7}`, tag: `t${index % 100}` },
  actor: { name: `mira${index % 50}` },
});

describe("replaying a body with more events than one transaction may have", function () {
  this.timeout(60_000);
  const counting = countingForTests();
  let client: pg.Client;
  let other: pg.Client;

  beforeEach(async () => {
    [client, other] = await Promise.all([
      openConnection(counting.url, "replay"),
      openConnection(counting.url, "replay"),
    ]);
    const events = Array.from({ length: EVENTS }, (_, index) => push(index));
    await client.query(
      `insert into rejected_events (registry, received_at, reason, detail, payload)
       values ('alpha', '2026-11-19T10:00:00Z', 'unknown_shape', 'An older version could not open it.', $1)`,
      [JSON.stringify({ events })],
    );
    await client.query("insert into ledger values ('alpha', '2026-11-19', 1, 0, 0, 1)");
  });

  afterEach(async () => {
    const verdicts = await verifyRollups(client, { show: 5 });
    await Promise.all([client.end(), other.end()]);
    expect(verdicts.filter(({ differences }) => differences > 0)).to.deep.equal([]);
  });

  const replay = async (by: pg.Client = client, dryRun = false): Promise<Replayed[]> => {
    const results: Replayed[] = [];
    await replayRejected(
      by,
      { filter: {} },
      {
        directory: "open",
        dryRun,
        onReplayed: (result) => results.push(result),
      },
    );
    return results;
  };

  const counts = (results: readonly Replayed[]) =>
    results.map(({ outcome, tracked, duplicates, rejected }) => [
      outcome,
      tracked,
      duplicates,
      rejected,
    ]);

  const ledger = () =>
    counting.one("select received::int, tracked::int, duplicates::int, rejected::int from ledger");

  const open = () =>
    counting.one("select count(*)::int as open from rejected_events where replayed_at is null");

  const transactions = () =>
    counting.one("select count(distinct xmin::text)::int as n from tracking_events");

  /** Lets Postgres break off, as a failure of the server would, when it is to write this event. */
  const whileFailingAt = async (index: number, code: string, work: () => Promise<void>) => {
    await client.query(
      `create function fail() returns trigger language plpgsql as
       $$ begin raise exception 'it fails' using errcode = '${code}'; end $$`,
    );
    await client.query(
      `create trigger fail before insert on tracking_events for each row
       when (new.event_id = '${index}') execute function fail()`,
    );
    try {
      await work();
    } finally {
      await client.query("drop function fail cascade");
    }
  };

  it("counts all of it in parts of 4,000 events, and takes it out of what is rejected", async () => {
    await counting.send([push(EVENTS - 1)], "alpha");
    const forecast = await replay(client, true);
    const results = await replay();
    expect(counts(results)).to.deep.equal([["replayed", EVENTS - 1, 1, 0]]);
    expect(forecast).to.deep.equal(results);
    // The event that was known beforehand has one of its own.
    expect(await transactions()).to.deep.equal({ n: 4 });
    expect(await open()).to.deep.equal({ open: 0 });
    expect(
      await counting.one("select received::int as received from ledger where day = '2026-11-19'"),
    ).to.deep.equal({ received: EVENTS });
    expect(await replay()).to.deep.equal([]);
  });

  it("stays open when it is interrupted midway, and counts each event once when it is replayed again", async () => {
    await whileFailingAt(5_000, "58030", async () => {
      expect((await rejectionOf(replay())).message).to.equal("it fails");
    });
    expect(await ledger()).to.deep.equal({
      received: 4_001,
      tracked: 4_000,
      duplicates: 0,
      rejected: 1,
    });
    expect(await open()).to.deep.equal({ open: 1 });

    expect(counts(await replay())).to.deep.equal([["replayed", EVENTS - 4_000, 4_000, 0]]);
    expect(await open()).to.deep.equal({ open: 0 });
    expect(
      await counting.one("select count(distinct event_id)::int as n from tracking_events"),
    ).to.deep.equal({ n: EVENTS });
    expect(await ledger()).to.deep.equal({
      received: EVENTS + 4_000,
      tracked: EVENTS,
      duplicates: 4_000,
      rejected: 0,
    });
  });

  it("sets the one event aside that the database refuses, and counts all others", async () => {
    await whileFailingAt(5_000, "23514", async () => {
      expect(counts(await replay())).to.deep.equal([["replayed", EVENTS - 1, 0, 1]]);
    });
    expect(
      await counting.one("select event_id, reason from rejected_events where replayed_at is null"),
    ).to.deep.equal({ event_id: "5000", reason: "refused_by_database" });
    expect(counts(await replay())).to.deep.equal([["replayed", 1, 0, 0]]);
    expect(await ledger()).to.deep.include({ tracked: EVENTS, duplicates: 0, rejected: 0 });
  });

  it("is counted by one of two who replay at once, and the other passes it over", async () => {
    const results = (await Promise.all([replay(), replay(other)])).flat();
    expect(results.filter(({ outcome }) => outcome === "replayed")).to.have.length(1);
    expect(await ledger()).to.deep.equal({
      received: EVENTS,
      tracked: EVENTS,
      duplicates: 0,
      rejected: 0,
    });
  });

  it("stops when somebody changes it meanwhile, before it counts what is not so any more", async () => {
    await client.query(
      `create function mend() returns trigger language plpgsql as
       $$ begin update rejected_events set detail = 'mended'; return new; end $$`,
    );
    await client.query(
      `create trigger mend before insert on tracking_events for each row
       when (new.event_id = '3999') execute function mend()`,
    );
    try {
      expect((await rejectionOf(replay())).message).to.contain("has changed rejected event");
    } finally {
      await client.query("drop function mend cascade");
    }
    expect(await ledger()).to.deep.equal({
      received: 4_001,
      tracked: 4_000,
      duplicates: 0,
      rejected: 1,
    });
    expect(counts(await replay())).to.deep.equal([["replayed", EVENTS - 4_000, 4_000, 0]]);
  });
});
