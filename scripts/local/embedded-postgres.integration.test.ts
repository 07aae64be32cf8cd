import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { eventually } from "../../test/support/eventually.ts";
import { giveTo, postgresAccount } from "./account.ts";
import { startEmbeddedPostgres, type EmbeddedPostgresOptions } from "./embedded-postgres.ts";
import { embeddedRuntime } from "./embedded-runtime.ts";
import { freePort } from "./free-port.ts";
import { queryOnce } from "./query-once.ts";
import { startPostgresServer, type PostgresServer } from "./postgres-server.ts";
import { processExists } from "./process-table.ts";
import { runProgram } from "./run-program.ts";

/** A directory that every user may enter; root's own temporary directory need not be one. */
const OPEN = process.getuid?.() === 0 ? "/tmp" : tmpdir();

const TIMEOUT = 60_000;

describe("startEmbeddedPostgres", function () {
  this.timeout(TIMEOUT);
  let parent: string;
  let directory: string;
  let running: PostgresServer[];

  before(async () => {
    parent = await mkdtemp(join(OPEN, "tallyman-embedded-"));
    await chmod(parent, 0o755);
    directory = join(parent, ".tallyman");
  });

  after(async () => {
    await rm(parent, { recursive: true, force: true });
  });

  beforeEach(() => {
    running = [];
  });

  afterEach(async () => {
    for (const server of running) await server.stop();
  });

  async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<PostgresServer> {
    const server = await startEmbeddedPostgres({ directory, ...options });
    running.push(server);
    return server;
  }

  it("starts on an empty directory and answers a query", async () => {
    const { url, version, port } = await start();
    expect(version).to.match(/^\d+\.\d+$/);
    expect(new URL(url).host).to.equal(`127.0.0.1:${port}`);
    expect(await queryOnce(url, "select current_database(), lower('ÄÖÜ')")).to.deep.equal([
      { current_database: "tallyman", lower: "äöü" },
    ]);
    expect((await stat(join(directory, "postgres-password"))).mode & 0o777).to.equal(0o600);
  });

  it("finds at the second start what was written after the first", async () => {
    const first = await start();
    await queryOnce(first.url, "create table kept as select 42 as answer");
    await first.stop();
    await first.stop();

    const second = await start();
    expect(await queryOnce(second.url, "select * from kept")).to.deep.equal([{ answer: 42 }]);
  });

  it("passes settings on", async () => {
    const { url } = await start({ settings: { max_connections: "17" } });
    expect(await queryOnce(url, "show max_connections")).to.deep.equal([{ max_connections: "17" }]);
  });

  it("shuts Postgres down cleanly when the process that started it is killed", async () => {
    const killed = await startInAnotherProcess(directory);
    process.kill(killed.starter, "SIGKILL");
    await eventually("Postgres has gone", () => !processExists(killed.postmaster));

    const { url } = await start();
    expect(await queryOnce(url, "select 1 as one")).to.deep.equal([{ one: 1 }]);
    const log = await readFile(join(directory, "postgres.log"), "utf8");
    expect(log).to.include("database system was shut down at");
  });

  it("names the process to stop when another start has Postgres running", async () => {
    const { starter, postmaster } = await startInAnotherProcess(directory);
    await expectRejection(start(), `Stop that one first: kill -INT ${starter}`);
    process.kill(starter, "SIGKILL");
    await eventually("Postgres has gone", () => !processExists(postmaster));
  });

  it("stops a Postgres that was left behind without its starter", async () => {
    await leaveBehind(directory);
    const reported: string[] = [];
    const { url } = await start({ report: (line) => reported.push(line) });
    expect(await queryOnce(url, "select 1 as one")).to.deep.equal([{ one: 1 }]);
    expect(reported.join()).to.match(/stopping Postgres \(process \d+\)/);
  });

  it("starts although the process number in an old lock file now belongs to another", async () => {
    const lockFile = join(directory, "data", "postmaster.pid");
    await writeFile(lockFile, `${process.pid}\n`);
    await giveTo(await postgresAccount(join(directory, "data")), lockFile);
    const { url } = await start();
    expect(await queryOnce(url, "select 1 as one")).to.deep.equal([{ one: 1 }]);
  });

  it("takes another port when somebody was faster to take the first", async () => {
    const taken = (await start()).port;
    const other = join(parent, "other");
    await mkdir(other);
    const ports = [taken, await freePort()];
    const server = await startPostgresServer({
      binaries: await embeddedRuntime(await realpath(directory)),
      directory: await realpath(other),
      account: await postgresAccount(join(other, "data")),
      durable: false,
      choosePort: () => Promise.resolve(ports.shift() ?? taken),
    });
    await server.stop();
    expect(server.port).to.not.equal(taken);
    expect(ports).to.deep.equal([]);
  });

  it("quotes the log when Postgres does not start, and says what to do", async () => {
    const attempt = start({ settings: { shared_buffers: "plenty" } });
    await expectRejection(attempt, 'invalid value for parameter "shared_buffers": "plenty"');
    await expectRejection(attempt, "set DATABASE_URL");
  });

  if (process.getuid?.() === 0) {
    it("works as root in a directory that only root may enter", async () => {
      const closed = await mkdtemp(join(tmpdir(), "tallyman-closed-"));
      const inside = join(closed, "checkout", ".tallyman");
      await mkdir(join(closed, "checkout"), { mode: 0o700 });
      const reported: string[] = [];
      try {
        const first = await start({ directory: inside, report: (line) => reported.push(line) });
        await queryOnce(first.url, "create table kept as select 42 as answer");
        await first.stop();
        const second = await start({ directory: inside, report: (line) => reported.push(line) });
        expect(await queryOnce(second.url, "select * from kept")).to.deep.equal([{ answer: 42 }]);
        await second.stop();
        expect((await lstat(inside)).isSymbolicLink()).to.equal(true);
        expect(reported).to.have.length(1);
        expect(reported[0]).to.include(`is now a link to ${await realpath(inside)}`);
      } finally {
        await rm(await realpath(inside), { recursive: true });
        await rm(closed, { recursive: true });
      }
    });
  }
});

async function expectRejection(attempt: Promise<unknown>, message: string): Promise<void> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(Error);
  expect((error as Error).message).to.include(message);
}

/** Starts it in a process that can be killed without killing the test. */
async function startInAnotherProcess(
  directory: string,
): Promise<{ starter: number; postmaster: number }> {
  const module = new URL("./embedded-postgres.ts", import.meta.url).href;
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(module)});
    await startEmbeddedPostgres({ directory: ${JSON.stringify(directory)} });
    console.log("started");`;
  const args = ["--import", "tsx", "--conditions=source", "--input-type=module", "-e", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface(child.stdout), "line")) as string[];
  expect(line).to.equal("started");
  return { starter: child.pid as number, postmaster: await postmasterOf(directory) };
}

/** Starts Postgres by way of a shell that ends at once: nobody waits for it and nothing guards it. */
async function leaveBehind(directory: string): Promise<void> {
  const data = join(await realpath(directory), "data");
  const { postgres } = await embeddedRuntime(await realpath(directory));
  const options = `-c port=${await freePort()} -c unix_socket_directories=`;
  const script = `"$1" -D "$2" ${options} >/dev/null 2>&1 &`;
  await runProgram("/bin/sh", ["-c", script, "sh", postgres, data], {
    account: await postgresAccount(data),
  });
  await eventually("the lock file says that Postgres is ready", async () => {
    const lock = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
    return lock.split("\n")[7]?.startsWith("ready") ?? false;
  });
}

async function postmasterOf(directory: string): Promise<number> {
  return Number.parseInt(await readFile(join(directory, "data", "postmaster.pid"), "utf8"), 10);
}
