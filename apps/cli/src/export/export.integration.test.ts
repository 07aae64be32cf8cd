import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { cliForTests } from "../../../../test/support/cli.ts";
import { countingForTests } from "../../../../test/support/counting.ts";
import { eventually } from "../../../../test/support/eventually.ts";
import { runNode } from "../../../../test/support/run-node.ts";

const push = (id: string, timestamp: string, more: object = {}) => ({
  id,
  timestamp,
  action: "push",
  target: { repository: "a", tag: "v1", size: Number.MAX_SAFE_INTEGER },
  actor: { name: "mira" },
  ...more,
});

type Row = Readonly<Record<string, unknown>>;

/** Every value as the file has it: microseconds since 1970, days since 1970. */
const RAW = {
  timestampFromMilliseconds: String,
  timestampFromMicroseconds: (micros: bigint) => micros,
  timestampFromNanoseconds: String,
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
};

describe("tallyman export", () => {
  const counting = countingForTests();
  const cli = cliForTests(counting);
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-export-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const exported = async (name: string, ...args: readonly string[]): Promise<Buffer> => {
    const path = join(directory, name);
    const { code, document } = await cli.json(["export", ...args, "--output", path]);
    expect([code, document["output"]]).to.deep.equal([0, path]);
    return readFile(path);
  };

  const parquet = async (
    ...args: readonly string[]
  ): Promise<{ rows: Row[]; schema: unknown[] }> => {
    const bytes = await exported("file.parquet", ...args);
    const file = bytes.buffer.slice(
      bytes.byteOffset,
      bytes.byteOffset + bytes.length,
    ) as ArrayBuffer;
    const rows = await parquetReadObjects({ file, parsers: RAW as never });
    return { rows, schema: parquetMetadata(file).schema };
  };

  const csv = async (...args: readonly string[]): Promise<Row[]> =>
    parse(await exported("file.csv", ...args), { columns: true });

  const ids = (rows: readonly Row[]): unknown[] =>
    rows.map((row) => String(row["event_id"])).toSorted();

  it("writes CSV with exact times and numbers, and tells nothing from an empty text", async () => {
    await counting.send([
      push("1", "2026-11-20T23:59:59.999999Z", { actor: { name: 'a "b",\nÉ' } }),
    ]);
    await counting.admin.query("update tracking_events set user_agent = '', request_id = null");
    const [row] = await csv("tracking_events");
    expect(row).to.include({
      occurred_at: "2026-11-20T23:59:59.999999Z",
      created_repository: "true",
      size_bytes: "9007199254740991",
      actor_name: 'a "b",\nÉ',
    });
    const text = (await exported("again.csv", "tracking_events")).toString();
    expect(text.split("\r\n")[0]).to.match(/^event_id,registry,occurred_at,/);
    expect(text).to.match(/,"",,\r\n$/);
  });

  it("writes Parquet whose types and values are those of the table", async () => {
    await counting.send([
      push("1", "2026-11-20T23:59:59.999999Z"),
      push("2", "1999-12-31T00:00:00Z", { actor: {} }),
    ]);
    const { rows, schema } = await parquet("tracking_events", "--from", "2026-01-01");
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({
      event_id: "1",
      occurred_at: BigInt(Date.parse("2026-11-20T23:59:59Z")) * 1_000n + 999_999n,
      created_repository: true,
      digest: null,
      size_bytes: 9_007_199_254_740_991n,
      actor_name: "mira",
    });
    expect(typeof rows[0]?.["user_id"]).to.equal("bigint");
    const element = (list: readonly unknown[], name: string): unknown =>
      list.find((candidate) => (candidate as Row)["name"] === name);
    expect(element(schema, "occurred_at")).to.deep.include({
      type: "INT64",
      repetition_type: "REQUIRED",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
    });
    expect(element(schema, "size_bytes")).to.include({
      type: "INT64",
      repetition_type: "OPTIONAL",
    });
    const daily = await parquet("event_rollups");
    expect(
      daily.rows.map(({ day, bytes, events }) => [day, Number(bytes), events]),
    ).to.have.deep.members([
      [Date.parse("2026-11-20") / 86_400_000, 9_007_199_254_740_991, 1n],
      [Date.parse("1999-12-31") / 86_400_000, 9_007_199_254_740_991, 1n],
    ]);
    expect(element(daily.schema, "bytes")).to.include({
      type: "FIXED_LEN_BYTE_ARRAY",
      type_length: 16,
      converted_type: "DECIMAL",
      scale: 0,
      precision: 38,
    });
    expect(element(daily.schema, "day")).to.include({ type: "INT32", converted_type: "DATE" });
  });

  it("writes every table and view of the dictionary in both forms, with as many rows as it has", async () => {
    await counting.send([push("1", "2026-11-20T09:00:00Z"), { odd: 1 }]);
    const { rows: tables } = await counting.admin.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')",
    );
    expect(tables).to.have.length.greaterThan(11);
    for (const { name } of tables) {
      const { n } = (await counting.one(`select count(*)::int as n from ${name}`)) as { n: number };
      expect([name, (await csv(name)).length]).to.deep.equal([name, n]);
      expect([name, (await parquet(name)).rows.length]).to.deep.equal([name, n]);
    }
  });

  it("keeps decimals of a view exact, and finds their scale", async () => {
    await counting.admin.query(
      "create view shares as select * from (values (0.5::numeric, 12345678901234567890.25::numeric(30,2), null::numeric), (1.125, -1, null)) as v (a, b, c)",
    );
    try {
      const { rows, schema } = await parquet("shares");
      expect(rows.map(({ a, c }) => [a, c])).to.deep.equal([
        [0.5, null],
        [1.125, null],
      ]);
      expect(rows.map(({ b }) => b)).to.deep.equal([Number("12345678901234567890.25"), -1]);
      expect(schema.slice(1).map((element) => (element as Row)["scale"])).to.deep.equal([3, 2, 0]);
    } finally {
      await counting.admin.query("drop view shares");
    }
  });

  it("takes only what is asked for: a registry, a window whose end is not in it", async () => {
    const days = ["2026-11-18", "2026-11-19", "2026-11-20"];
    const events = days.map((day) => push(day, `${day}T00:00:00Z`));
    await counting.send(events, "alpha");
    await counting.send(events, "beta");
    const window = ["--from", "2026-11-19", "--to", "2026-11-20"];
    expect(ids(await csv("tracking_events", ...window))).to.deep.equal([
      "2026-11-19",
      "2026-11-19",
    ]);
    expect(ids(await csv("tracking_events", ...window, "--registry", "beta"))).to.deep.equal([
      "2026-11-19",
    ]);
    const rollups = await csv("event_rollups", ...window, "--registry", "beta");
    expect(rollups.map(({ day }) => day)).to.deep.equal(["2026-11-19"]);
  });

  it("streams more rows than fit into one row group, each of them once", async () => {
    const rows = 40_000;
    await counting.admin.query(
      `insert into ledger select 'alpha', '1990-01-01'::date + n, 1, 1, 0, 0 from generate_series(1, ${rows}) as n`,
    );
    const file = await parquet("ledger");
    expect(new Set(file.rows.map(({ day }) => day)).size).to.equal(rows);
    const stdout = new PassThrough();
    let bytes = 0;
    stdout.on("data", (chunk: Buffer) => (bytes += chunk.length));
    expect((await cli.run("export ledger --format parquet", {}, { stdout })).code).to.equal(0);
    expect(bytes).to.equal((await readFile(join(directory, "file.parquet"))).length);
  });

  it("replaces a file only when the new one is whole, and leaves nothing of one that failed", async () => {
    await counting.send([push("1", "2026-11-20T09:00:00Z")]);
    await counting.admin.query(
      "create view breaking as select 1 / (2 - n) as x from generate_series(1, 2) as n",
    );
    const path = join(directory, "file.csv");
    await writeFile(path, "yesterday's");
    try {
      const { code, err } = await cli.run(["export", "breaking", "--output", path]);
      expect([code, err]).to.deep.equal([1, "division by zero\n"]);
    } finally {
      await counting.admin.query("drop view breaking");
    }
    expect([await readFile(path, "utf8"), await readdir(directory)]).to.deep.equal([
      "yesterday's",
      ["file.csv"],
    ]);
    const into = await cli.run(["export", "users", "--output", join(directory, "no", "file.csv")]);
    expect([into.code, into.out]).to.deep.equal([1, ""]);
    expect(into.err).to.contain("cannot be written (ENOENT)").and.not.to.contain(".tmp");
    await exported("file.csv", "users");
    expect(await readFile(path, "utf8")).to.match(/^id,registry,username\r\n\d+,alpha,mira\r\n$/);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`leaves nothing of a file that ${signal} interrupts, and ends of it`, async () => {
      // Nobody could ever write all of it.
      await counting.admin.query("create view endless as select generate_series(1, 1e15) as n");
      const path = join(directory, "file.csv");
      await writeFile(path, "yesterday's");
      try {
        const args = ["export", "endless", "--output", path];
        const program = runNode("../../apps/cli/src/main.ts", args, { DATABASE_URL: cli.url() });
        await eventually("some of it is written", async () => {
          const begun = (await readdir(directory)).find((name) => name !== "file.csv");
          return begun !== undefined && (await stat(join(directory, begun))).size > 0;
        });
        program.signal(signal);
        expect(await program.ended).to.deep.equal({ code: null, signal });
      } finally {
        await counting.admin.query("drop view endless");
      }
      expect([await readFile(path, "utf8"), await readdir(directory)]).to.deep.equal([
        "yesterday's",
        ["file.csv"],
      ]);
    });
  }

  it("may be done by whoever may read", async () => {
    await counting.send([push("1", "2026-11-20T09:00:00Z")]);
    const { code, out } = await cli.runAs("tallyman_reader", "export users");
    expect([code, out]).to.satisfy(() => code === 0 && out.endsWith(",alpha,mira\r\n"));
  });

  for (const [args, hint] of [
    ["export", "missing required argument"],
    ["export nowhere", "tracking_events"],
    ["export event_keys", "There is no table"],
    ["export users --from 2026-01-01", "no time"],
    ["export users --format xml", "csv, parquet"],
    ["export users --json", "--output"],
    ["export users --from soon", "--from soon"],
  ] as const) {
    it(`exits with 2 for «tallyman ${args}»`, async () => {
      const { code, out, err } = await cli.run(args);
      expect([code, out]).to.deep.equal([2, ""]);
      expect(err).to.contain(hint);
    });
  }
});
