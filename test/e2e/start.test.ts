import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { queryOnce } from "../../scripts/local/query-once.ts";
import { rememberedSettings } from "../../scripts/local/remembered-settings.ts";
import { eventually } from "../support/eventually.ts";
import { tallymanJson } from "../support/run-tallyman.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Milliseconds: a newcomer's machine may be slow, and the first start makes a database. */
const PATIENCE = 90_000;

/** Prints its arguments instead of sending anything, in the place of curl. */
const PRINTING_CURL = `curl() { node -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- "$@"; }`;

describe("npm start", function () {
  this.timeout(4 * PATIENCE);
  let directory: string;
  let running: ChildProcess | undefined;
  let output = "";

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-start-"));
    // As root, Postgres runs as another user, who has to get in.
    await chmod(directory, 0o755);
  });

  afterEach(async () => {
    if (running !== undefined && running.exitCode === null) {
      running.kill("SIGINT");
      await eventually("npm start has ended", () => running?.exitCode !== null, PATIENCE);
    }
  });

  after(() => rm(directory, { recursive: true, force: true }));

  /** Starts in an environment that holds nothing but this. */
  async function start(environment: Record<string, string>): Promise<void> {
    output = "";
    running = spawn(
      process.execPath,
      ["--import", "tsx", "--conditions=source", "scripts/start.ts", directory],
      {
        cwd: ROOT,
        env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    for (const stream of [running.stdout, running.stderr]) {
      stream?.on("data", (bytes: Buffer) => (output += bytes.toString()));
    }
    await eventually(
      "it says that it counts",
      () => output.includes("Every counted event shows below") || running?.exitCode !== null,
      PATIENCE,
    );
    expect(output).to.contain("Tallyman counts.");
  }

  async function stop(): Promise<void> {
    running?.kill("SIGINT");
    await eventually("it has stopped", () => running?.exitCode !== null, PATIENCE);
    expect(running?.exitCode).to.equal(0);
  }

  /** Runs the printed curl line in a shell and sends what it would send. */
  async function pasteCurlLine(): Promise<{ status: number; body: unknown }> {
    const line = output.split("\n").find((candidate) => candidate.startsWith("curl ")) ?? "";
    const shell = spawnSync("/bin/sh", ["-c", `${PRINTING_CURL}\n${line}`], { encoding: "utf8" });
    const [, url = "", ...rest] = JSON.parse(shell.stdout) as string[];
    const headers = rest.flatMap((text, index) =>
      rest[index - 1] === "-H" ? [text.split(": ") as [string, string]] : [],
    );
    const answer = await fetch(url, { method: "POST", headers, body: rest.at(-1) ?? "" });
    return { status: answer.status, body: await answer.json() };
  }

  const lines = () => output.split("\n").filter((line) => line.startsWith("counted"));
  const databaseUrl = () => /^ {2}database +(\S+)$/m.exec(output)?.[1] ?? "";

  it("counts the event of the curl line that it prints, on a queue in the database, and leaves behind what tallyman needs", async () => {
    await start({ QUEUE_URL: "postgres://" });
    expect(await pasteCurlLine()).to.deep.equal({ status: 200, body: { accepted: 1 } });
    await eventually("the event is shown", () => lines().length === 1);
    expect(lines()[0]).to.match(
      /^counted {2}push_tag +demo\/hello:1\.0 {2}by you {2}\(new repository\)$/,
    );
    expect(await queryOnce(databaseUrl(), "select tracked from ledger")).to.deep.equal([
      { tracked: "1" },
    ]);
    const settings = await rememberedSettings(directory);
    expect(settings["DATABASE_URL"]).to.equal(databaseUrl());
    const { code, document } = await tallymanJson("doctor --send", settings);
    expect([code, document["faults"]], JSON.stringify(document["findings"])).to.deep.equal([0, 0]);
    await stop();
  });

  it("finds yesterday's data when it is started again", async () => {
    await start({ QUEUE_URL: "postgres://" });
    await pasteCurlLine();
    await eventually("the event is shown", () => lines().length === 1);
    expect(lines()[0]).not.to.contain("new repository");
    expect(await queryOnce(databaseUrl(), "select tracked from ledger")).to.deep.equal([
      { tracked: "3" },
    ]);
    await stop();
  });
});
