import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { countingForTests } from "../../../test/support/counting.ts";
import { runCli } from "./run-cli.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe("tallyman", () => {
  const counting = countingForTests();
  const { send } = counting;
  let url: string;

  beforeEach(async () => {
    url = counting.url;
    await counting.admin.query("alter sequence rejected_events_id_seq restart");
  });

  const run = async (
    args: string,
    environment: Record<string, string> = { DATABASE_URL: url },
    isTTY = false,
  ): Promise<Ran> => {
    let [out, err] = ["", ""];
    const code = await runCli(args.split(" ").filter(Boolean), {
      environment,
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text), isTTY },
    });
    return { code, out, err };
  };

  const json = async (
    args: string,
  ): Promise<{ code: number; document: Record<string, unknown> }> => {
    const { code, out, err } = await run(`${args} --json`);
    expect(err).to.equal("");
    return { code, document: JSON.parse(out) as Record<string, unknown> };
  };

  it("tells its version, that of the repository", async () => {
    const root = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
    const { version } = JSON.parse(root) as { version: string };
    expect(await run("--version", {})).to.deep.equal({ code: 0, out: `${version}\n`, err: "" });
  });

  const fly = (id: string) => ({
    id,
    action: "fly",
    target: { repository: "a", tag: "v1" },
    actor: { name: "mira" },
  });

  const mend = (): Promise<unknown> =>
    counting.admin.query(
      `update rejected_events set payload = replace(payload, '"fly"', '"push"')`,
    );

  describe("rejected", () => {
    it("lists open events, the latest first, by registry, reason and time, as many as asked for", async () => {
      await send([fly("1"), fly("2"), 7], "alpha");
      await send([fly("3")], "beta");
      const ids = async (options: string): Promise<unknown[]> => {
        const { document } = await json(`rejected list ${options}`);
        const events = document["events"] as { id: number }[];
        return [document["total"], ...events.map(({ id }) => id)];
      };
      expect(await ids("")).to.deep.equal([4, 4, 3, 2, 1]);
      expect(await ids("--limit 2")).to.deep.equal([4, 4, 3]);
      expect(await ids("--registry alpha --reason action_unknown")).to.deep.equal([2, 2, 1]);
      expect(await ids("--since 2026-11-21T10:00Z")).to.deep.equal([4, 4, 3, 2, 1]);
      expect(await ids("--since 2026-11-22")).to.deep.equal([0]);
      await run("rejected discard 2");
      expect(await ids("--registry alpha")).to.deep.equal([2, 3, 1]);
      expect(await ids("--registry alpha --all")).to.deep.equal([3, 3, 2, 1]);
      const { code, out } = await run("rejected list --limit 1");
      expect(code).to.equal(0);
      expect(out).to.match(
        /^ID +RECEIVED +REGISTRY +STATE .*\n4 +2026-11-21T10:00:00.000Z +beta +open +action_unknown +3 .*"fly"\.\n1 of 3 open rejected events; --limit shows more\n$/,
      );
    });

    it("shows one event whole, and no control character of a sender reaches the terminal", async () => {
      await send([{ id: "1", action: "\u001b[2Jfly\u009b", note: "é" }]);
      const { code, out } = await run("rejected show 1");
      expect(code).to.equal(0);
      expect(out).to.contain('"note":"é"').and.to.contain("\\u001b[2Jfly\\u009b");
      // oxlint-disable-next-line no-control-regex -- they are what must not be there
      expect(out).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      const { document } = await json("rejected show 1");
      expect(document).to.include({
        id: 1,
        registry: "alpha",
        replayedAt: null,
        discardedAt: null,
      });
      const missing = await run("rejected show 9");
      expect([missing.code, missing.out]).to.deep.equal([1, ""]);
      expect(missing.err).to.contain("rejected list --all");
    });

    it("foretells a replay, then replays, and exits with 1 while something stays rejected", async () => {
      await send([fly("1"), fly("2")]);
      await mend();
      await send([fly("3")]);
      const dry = await json("rejected replay --all --reason action_unknown --dry-run");
      expect(await counting.actions()).to.deep.equal({});
      const wet = await json("rejected replay --all --reason action_unknown");
      expect(dry.code).to.equal(1);
      expect(wet.code).to.equal(1);
      expect(dry.document).to.deep.equal({ ...wet.document, dryRun: true });
      expect(wet.document).to.include({ replayed: 2, tracked: 2, duplicates: 0, stillRejected: 1 });
      expect(wet.document["reasons"]).to.deep.equal({ action_unknown: 1 });
      expect(await counting.actions()).to.deep.equal({ "1": "push_tag", "2": "push_tag" });
      expect((await run("rejected replay 1 2")).code).to.equal(0);
      const { code, out } = await run("rejected replay 1 3 9");
      expect(code).to.equal(1);
      expect(out)
        .to.contain("1: already replayed\n3: still rejected (")
        .and.to.contain("9: missing\n");
    });

    it("counts users as the workers' directory says", async () => {
      await send([fly("1"), fly("2")]);
      await mend();
      await run("rejected replay 1", { DATABASE_URL: url, USER_DIRECTORY: "closed" });
      expect((await counting.admin.query("select 1 from users")).rowCount).to.equal(0);
      await run("rejected replay 2");
      expect((await counting.admin.query("select 1 from users")).rowCount).to.equal(1);
    });

    it("discards for good, and only when it is no dry run", async () => {
      await send([fly("1"), fly("2")]);
      expect((await json("rejected discard --all --dry-run")).document).to.deep.equal({
        dryRun: true,
        discarded: 2,
        notOpen: [],
      });
      expect((await json("rejected discard 2 9")).document).to.deep.equal({
        dryRun: false,
        discarded: 1,
        notOpen: [9],
      });
      expect((await run("rejected discard 2")).code).to.equal(1);
      expect((await run("rejected replay 2")).code).to.equal(1);
      expect((await json("rejected list")).document).to.include({ total: 1 });
    });

    it("tells of its progress on a terminal only, and takes the line away at the end", async () => {
      await send([fly("1")]);
      const { err } = await run("rejected replay --all --dry-run", { DATABASE_URL: url }, true);
      expect(err).to.equal(`\r1 of 1 event\r${" ".repeat(12)}\r`);
    });
  });

  describe("rollups", () => {
    it("verifies, names what differs with the next step, rebuilds, and verifies again", async () => {
      await send([{ ...fly("1"), action: "push" }, fly("2")]);
      expect(await json("rollups verify")).to.nested.include({ code: 0, "document.equal": true });
      await counting.admin.query("update event_rollups set events = 7; delete from tag_stats");

      const { code, out } = await run("rollups verify");
      expect(code).to.equal(1);
      expect(out)
        .to.contain(
          "  registry=alpha day=2026-11-21 action=push_tag\n    events: expected 1, is 7\n",
        )
        .and.to.contain("  registry=alpha repository=a tag=v1: is missing\n")
        .and.to.contain("tallyman rollups rebuild");
      const verified = await json("rollups verify");
      expect(verified).to.nested.include({ code: 1, "document.equal": false });

      const dry = await json("rollups rebuild --dry-run");
      expect(dry.document).to.include({ dryRun: true, changed: 2 });
      expect((await run("rollups verify")).code).to.equal(1);
      const rebuilt = await json("rollups rebuild");
      expect(rebuilt.document).to.deep.equal({ ...dry.document, dryRun: false });
      expect((await run("rollups verify")).out).to.contain("All equal");
    });

    it("does not rebuild what tracking rows that are gone have told, unless asked to", async () => {
      await send([{ ...fly("1"), action: "push" }]);
      await counting.admin.query("delete from tracking_events");
      for (const dry of ["", " --dry-run"]) {
        const refused = await run(`rollups rebuild${dry}`);
        expect([refused.code, refused.out]).to.deep.equal([1, ""]);
        expect(refused.err).to.contain("--accept-missing-events");
      }
      expect((await run("rollups rebuild --accept-missing-events")).code).to.equal(0);
      expect((await run("rollups verify")).out).to.contain("The ledger is no rollup");
    });
  });

  describe("used wrongly", () => {
    const wrong: readonly [string, string][] = [
      ["", "Usage: tallyman"],
      ["rejected", "Usage: tallyman rejected"],
      ["fly", "unknown command"],
      ["rollups verify --fast", "unknown option"],
      ["rejected show", "missing required argument"],
      ["rejected show seventeen", "rejected list"],
      ["rejected replay", "or --all"],
      ["rejected replay 1 --all", "either"],
      ["rejected replay 1 --reason not_json", "go with --all"],
      ["rejected list --limit many", "whole number"],
      ["rejected list --reason action_unknwon", "action_unknown, "],
      ["rejected replay --all --reason action-unknown", "action_unknown, "],
      ["rejected discard --all --reason unknown", "action_unknown, "],
      ["rejected list --since yesterday", "7d"],
      ["rejected list --since 2026-13-45", "7d"],
      ["rollups verify --database-url http://127.0.0.1", "DATABASE_URL"],
    ];
    for (const [args, hint] of wrong) {
      it(`exits with 2 for «tallyman ${args}» and says what would be right`, async () => {
        const { code, out, err } = await run(args);
        expect([code, out]).to.deep.equal([2, ""]);
        expect(err).to.contain(hint);
      });
    }

    it("exits with 2 without a database, and names the variable", async () => {
      const { code, err } = await run("rollups verify", {});
      expect(code).to.equal(2);
      expect(err).to.contain("DATABASE_URL is not set");
    });
  });

  it("takes the database from a file or from an option as well", async () => {
    const file = join(tmpdir(), `tallyman-cli-${process.pid}`);
    await writeFile(file, `${url}\n`);
    try {
      expect((await run("rejected list", { DATABASE_URL_FILE: file })).code).to.equal(0);
    } finally {
      await rm(file);
    }
    const environment = { DATABASE_URL_FILE: "/nowhere", DATABASE_URL: "http://nowhere" };
    expect((await run(`rejected list --database-url ${url}`, environment)).code).to.equal(0);
  });

  it("says what to do when the database does not answer, is not there, or was never migrated", async () => {
    const at = async (change: (address: URL) => void): Promise<Ran> => {
      const address = new URL(url);
      change(address);
      return run("rollups verify", { DATABASE_URL: address.href });
    };
    const away = await at((address) => (address.port = "1"));
    expect([away.code, away.out]).to.deep.equal([1, ""]);
    expect(away.err).to.contain("Start it, or correct DATABASE_URL");
    expect((await at((address) => (address.pathname = "/nowhere"))).err).to.contain("migrate");
    expect((await at((address) => (address.pathname = "/postgres"))).err).to.contain("migrate");
  });

  it("does its work with the rights of tallyman_worker, but for a rebuild, which tallyman_migrator may do", async () => {
    const as = (role: string): Record<string, string> => ({
      DATABASE_URL: `${url}?options=${encodeURIComponent(`-c role=${role} -c TimeZone=UTC`)}`,
    });
    await send([fly("1"), fly("2")]);
    await mend();
    for (const args of [
      "rejected list",
      "rejected show 1",
      "rejected replay 1 --dry-run",
      "rejected replay 1",
      "rejected discard 2",
      "rollups verify",
      "rollups rebuild --dry-run",
    ]) {
      const { code, err } = await run(args, as("tallyman_worker"));
      expect([args, code, err]).to.deep.equal([args, 0, ""]);
    }
    const refused = await run("rollups rebuild", as("tallyman_worker"));
    expect(refused.code).to.equal(1);
    expect(refused.err).to.contain("npm run migrate");
    expect((await run("rollups rebuild", as("tallyman_migrator"))).code).to.equal(0);
  });

  it("has help with examples for every command", async () => {
    const commands = ["rejected list", "rejected show", "rejected replay", "rejected discard"];
    for (const command of ["", ...commands, "rollups verify", "rollups rebuild"]) {
      const { code, out } = await run(`${command} --help`);
      expect(code).to.equal(0);
      expect(out).to.match(/Examples?:\n {2}\$ /);
    }
  });

  it("runs as the program that npx finds", async () => {
    const program = fileURLToPath(new URL("../bin/tallyman.js", import.meta.url));
    const child = spawn(program, ["rollups", "verify", "--json"], {
      env: { PATH: process.env["PATH"], DATABASE_URL: url },
    });
    let out = "";
    child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
    const [code] = (await once(child, "close")) as [number];
    expect([code, (JSON.parse(out) as { equal: boolean }).equal]).to.deep.equal([0, true]);
  });
});
