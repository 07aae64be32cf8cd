import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { TrackingStore } from "@tallyman/database";
import { expect } from "chai";
import { cliForTests } from "../../../../test/support/cli.ts";
import { countingForTests } from "../../../../test/support/counting.ts";
import { fixture, fixtureText } from "../../../../test/support/fixture.ts";
import { importLog, type Imported } from "./import-log.ts";
import { openLog } from "./open-log.ts";

const pull = (id: string, timestamp = "2024-02-29T23:59:59.999999999Z") => ({
  id,
  timestamp,
  action: "pull",
  target: { repository: "a", tag: "v1" },
  actor: { name: `mira${Number(id) % 7}` },
});

const lines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

describe("tallyman import-log", () => {
  const counting = countingForTests();
  const cli = cliForTests(counting);
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-import-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const write = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  };

  const imported = async (
    ...args: readonly string[]
  ): Promise<Omit<Imported & { bytes: number }, "seconds">> => {
    const { code, document } = await cli.json(["import-log", "--registry", "alpha", ...args]);
    expect(code).to.equal(0);
    const { seconds, ...counts } = document as unknown as Imported & {
      bytes: number;
      seconds: number;
    };
    expect(seconds).to.be.greaterThan(0);
    return counts;
  };

  const expectProvable = async (): Promise<void> => {
    const { code, out } = await cli.run("rollups verify");
    expect([code, code === 0 ? "" : out]).to.deep.equal([0, ""]);
  };

  it("counts envelopes and bare events, however they are written, once each", async () => {
    const envelope = fixtureText("envelope-three-events");
    const bare = JSON.stringify(fixture("beta-2015-push-tag"));
    const files = [
      await write("one.json", envelope),
      await write("lines", lines([{ events: [pull("1"), pull("2")] }, pull("3"), { events: [] }])),
      await write("after-each-other", `${bare}${JSON.stringify(pull("4"), null, 2)}${bare}`),
      await write("packed", gzipSync(lines([pull("3"), pull("5")]))),
    ];
    expect(await imported(...files)).to.include({
      received: 11,
      tracked: 9,
      duplicates: 2,
      rejected: 0,
    });
    expect(await imported(...files)).to.include({ received: 11, tracked: 0, duplicates: 11 });
    expect(await counting.one("select count(*)::int as n from tracking_events")).to.deep.equal({
      n: 9,
    });
    await expectProvable();
  });

  it("sets bad lines aside like any bad event, with what they were, and goes on", async () => {
    const log = `${JSON.stringify(pull("1"))}\nnonsense\n{"events":[{"id":"2"\n${lines([{ events: [pull("3"), { action: "fly", target: {} }] }, { odd: 1 }])}`;
    expect(await imported(await write("log", log))).to.include({
      received: 6,
      tracked: 2,
      duplicates: 0,
      rejected: 4,
    });
    const { rows } = await counting.admin.query(
      "select reason, payload from rejected_events order by id",
    );
    expect(rows).to.deep.equal([
      { reason: "not_json", payload: "nonsense" },
      { reason: "not_json", payload: '{"events":[{"id":"2"' },
      { reason: "action_unknown", payload: '{"action":"fly","target":{}}' },
      { reason: "unknown_shape", payload: '{"odd":1}' },
    ]);
    await expectProvable();
  });

  it("reads stdin, packed or not, in whatever pieces it comes", async () => {
    const bytes = gzipSync(lines([pull("1"), pull("2")]));
    for (const content of [bytes, Buffer.from(lines([pull("2"), pull("3")]))]) {
      const pieces = Array.from(content, (_, index) => content.subarray(index, index + 1));
      const { code, out } = await cli.run(
        ["import-log", "--registry", "alpha", "-"],
        {},
        { stdin: Readable.from(pieces) },
      );
      expect([code, out]).to.satisfy(() => code === 0 && out.startsWith("2 events in "));
    }
    expect(await counting.one("select count(*)::int as n from tracking_events")).to.deep.equal({
      n: 3,
    });
  });

  it("takes now as the time of receipt, or what it is told, or what the log itself says", async () => {
    const ahead = pull("1", "2099-01-01T00:00:00Z");
    await imported(await write("now", lines([ahead])));
    const times =
      "select timestamp_source, occurred_at = received_at as same, now() - received_at < interval '5 min' as fresh from tracking_events where event_id = '1'";
    expect(await counting.one(times)).to.deep.equal({
      timestamp_source: "received",
      same: true,
      fresh: true,
    });
    await imported(
      await write("told", lines([{ ...ahead, id: "2" }])),
      "--received-at",
      "2098-12-31T12:00Z",
    );
    expect(
      await counting.one(
        "select timestamp_source as source, received_at from tracking_events where event_id = '2'",
      ),
    ).to.deep.equal({ source: "event", received_at: new Date("2098-12-31T12:00:00Z") });
    const says = [
      { receivedAt: "2024-03-01T01:00:00.5+01:00", body: { events: [pull("3")] } },
      { receivedAt: "2024-03-01T00:00:00.5Z", body: JSON.stringify(pull("4")) },
      { receivedAt: "yesterday", body: {} },
    ];
    expect(await imported(await write("says", lines(says)))).to.include({
      tracked: 2,
      rejected: 1,
    });
    expect(
      await counting.one("select received, tracked from ledger where day = '2024-03-01'"),
    ).to.deep.equal({ received: "2", tracked: "2" });
    await expectProvable();
  });

  it("gives old months a partition of their own, and absurd ones none", async () => {
    const times = ["2024-02-29T00:00:00Z", "1999-01-01T00:00:00Z"];
    await imported(await write("log", lines(times.map((time, index) => pull(`${index}`, time)))));
    const { rows } = await counting.admin.query(
      "select tableoid::regclass::text as part from tracking_events order by occurred_at",
    );
    expect(rows.map(({ part }) => part)).to.deep.equal([
      "tallyman.tracking_events_other",
      "tallyman.tracking_events_2024_02",
    ]);
  });

  it("goes on where its state says, in packed files too, with the first run's time of receipt", async () => {
    const state = join(directory, "state.json");
    const first = lines([pull("1"), pull("2")]);
    const [plain, packed] = [
      await write("plain", first),
      await write("packed.gz", gzipSync(lines([pull("3")]))),
    ];
    expect(await imported(plain, packed, "--state", state)).to.include({ received: 3, tracked: 3 });
    expect(await imported(plain, packed, "--state", state)).to.include({ received: 0 });
    await write("plain", `${first}${lines([pull("4")])}`);
    await write("packed.gz", gzipSync(lines([pull("3"), pull("5"), pull("6")])));
    expect(await imported(plain, packed, "--state", state)).to.include({
      received: 3,
      tracked: 3,
      duplicates: 0,
    });
    expect(
      await counting.one("select count(distinct received_at)::int as n from tracking_events"),
    ).to.deep.equal({ n: 1 });
    await write("plain", lines([pull("7")]));
    expect(await imported(plain, "--state", state)).to.include({ received: 1, tracked: 1 });
    const other = await cli.run(["import-log", "--registry", "beta", plain, "--state", state]);
    expect([other.code, other.out]).to.deep.equal([2, ""]);
    expect(other.err).to.contain("registry alpha");
    await writeFile(state, "{}");
    expect(
      (await cli.run(["import-log", "--registry", "alpha", plain, "--state", state])).err,
    ).to.contain("is no state");
  });

  /** Imports a log with a store that may fail. @returns the sizes of its batches and the offsets it was told */
  const importWith = async (
    path: string,
    offset: number,
    fails: (batch: number) => boolean,
    tries = 1,
  ) => {
    const store = counting.open("open");
    const batches: number[] = [];
    const offsets: number[] = [];
    const failing: TrackingStore = {
      record: (readings) => {
        batches.push(readings.length);
        return fails(batches.length) ? Promise.reject(new Error("away")) : store.record(readings);
      },
      ping: () => store.ping(),
      close: () => store.close(),
    };
    try {
      await importLog({
        log: await openLog(path, offset),
        offset,
        registry: "alpha",
        receivedAt: "2026-11-21T10:00:00.000Z",
        store: failing,
        tries,
        onMonths: async () => undefined,
        onCounted: async (_batch, upTo) => void offsets.push(upTo),
      });
    } catch (error) {
      return { batches, offsets, failure: (error as Error).message };
    } finally {
      await store.close();
    }
    return { batches, offsets, failure: undefined };
  };

  const tracked = () => counting.one("select count(*)::int as n from tracking_events");

  it("tells only what is counted for certain when it fails midway, and counts the rest the next time", async () => {
    const text = lines(Array.from({ length: 9_000 }, (_, index) => pull(`${index}`)));
    const log = await write("log", text);
    const first = await importWith(log, 0, (batch) => batch === 2);
    expect([first.failure, first.offsets.length]).to.deep.equal(["away", 1]);
    const [offset = 0] = first.offsets;
    expect(text.slice(0, offset).trimEnd().split("\n")).to.have.length(4_000);
    const { offsets } = await importWith(log, offset, () => false);
    expect(offsets.at(-1)).to.equal(text.length - 1);
    expect(await tracked()).to.deep.equal({ n: 9_000 });
    await expectProvable();
  });

  it("tries a batch again when the database was away for a moment", async () => {
    const log = await write("log", lines([pull("1"), pull("2")]));
    const { batches, failure } = await importWith(log, 0, (batch) => batch === 1, 2);
    expect([batches, failure]).to.deep.equal([[2, 2], undefined]);
    expect(await tracked()).to.deep.equal({ n: 2 });
  });

  it("counts a body too large for one transaction in parts, and reads all of it again when it fails midway", async () => {
    const events = Array.from({ length: 9_001 }, (_, index) => pull(`${index}`));
    const small = lines([pull("small")]);
    const text = `${small}${lines([{ events }])}${lines([pull("last")])}`;
    const log = await write("log", text);
    const first = await importWith(log, 0, (batch) => batch === 3);
    expect([first.failure, first.batches]).to.deep.equal(["away", [4_000, 4_000, 1_003]]);
    // What is counted of it is not all of it.
    expect(first.offsets).to.deep.equal([small.length - 1, small.length - 1]);
    expect(await tracked()).to.deep.equal({ n: 8_000 });
    const second = await importWith(log, small.length - 1, () => false);
    expect([second.batches, second.offsets.at(-1)]).to.deep.equal([
      [4_000, 4_000, 1_002],
      text.length - 1,
    ]);
    expect(await tracked()).to.deep.equal({ n: 9_003 });
    await expectProvable();
  });

  it("shows a bar on a terminal, and takes it away", async () => {
    const log = await write("log", lines([pull("1")]));
    let err = "";
    const stderr = { write: (text: string) => (err += text), isTTY: true, columns: 100 };
    const { code } = await cli.run(["import-log", "--registry", "alpha", log], {}, { stderr });
    expect(code).to.equal(0);
    expect(err).to.match(/100% .* 1 event/);
  });

  it("exits with 2 for what cannot be read, before anything is counted", async () => {
    const log = await write("log", lines([pull("1")]));
    for (const [args, hint] of [
      [["--registry", "alpha", log, `${log}.not`], "ENOENT"],
      [["--registry", "alpha", log, directory], "is a directory"],
      [["--registry", "Alpha!", log], "lower-case"],
      [["--registry", "alpha", log, log], "twice"],
      [["--registry", "alpha", "-"], "no stdin"],
      [[log], "--registry"],
    ] as const) {
      const { code, err } = await cli.run(["import-log", ...args]);
      expect([code, err]).to.satisfy(() => code === 2 && err.includes(hint));
    }
    expect(await counting.actions()).to.deep.equal({});
  });
});
