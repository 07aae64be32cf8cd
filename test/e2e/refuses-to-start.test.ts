import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { agreeOnNames } from "@tallyman/database";
import { actorNames } from "@tallyman/events";
import { expect } from "chai";
import pg from "pg";
import { startRedisServer, type RedisServer } from "../../scripts/local/redis-server.ts";
import { fromTestRun, toolFromTestRun } from "../support/environment.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SECRETS = { NOTIFICATION_SECRETS: "alpha=0123456789abcdef" };

/** Runs an app until it ends by itself. */
async function runApp(
  name: string,
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [`apps/${name}/dist/main.js`], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", OPS_PORT: "0", ...environment },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => (output += bytes.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

describe("an app refuses to start", () => {
  let redis: RedisServer | undefined;
  let database: TestDatabase | undefined;

  afterEach(async () => {
    await redis?.stop();
    await database?.drop();
    redis = undefined;
    database = undefined;
  });

  async function startRedis(settings: Record<string, string>): Promise<string> {
    redis = await startRedisServer({
      tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER"),
      settings,
    });
    return redis.url;
  }

  it("on a Redis that drops data when it is full, and says what to set", async () => {
    const url = await startRedis({ "maxmemory-policy": "allkeys-lru" });
    const { code, output } = await runApp("ingest", { ...SECRETS, QUEUE_URL: url });
    expect(code).to.equal(1);
    expect(output).to.contain("Set maxmemory-policy noeviction");
  });

  it("on a Redis without an append-only file, and names the way to accept it", async () => {
    const url = await startRedis({ appendonly: "no" });
    const { code, output } = await runApp("ingest", { ...SECRETS, QUEUE_URL: url });
    expect(code).to.equal(1);
    expect(output).to.contain("ALLOW_VOLATILE_QUEUE=true");
  });

  it("with every fault of its configuration at once, and never a secret in the message", async () => {
    const { code, output } = await runApp("ingest", {
      NOTIFICATION_SECRETS: "Alpha=0123456789abcdef,beta=short-one",
      QUEUE_URL: "http://127.0.0.1",
      MAX_BODY_BYTES: "many",
    });
    expect(code).to.equal(2);
    for (const name of ["pair 1", "pair 2", "QUEUE_URL", "MAX_BODY_BYTES"])
      expect(output).to.contain(name);
    expect(output).not.to.contain("short-one").and.not.to.contain("0123456789abcdef");
  });

  it("on a database that was never migrated, and names the command", async () => {
    database = await createTestDatabase();
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query("drop schema tallyman cascade");
    await admin.end();
    const environment = {
      DATABASE_URL: database.url,
      QUEUE_URL: fromTestRun("TALLYMAN_TEST_REDIS_URL"),
    };
    const { code, output } = await runApp("worker", environment);
    expect(code).to.equal(1);
    expect(output).to.contain("npm run migrate");
  });

  it("with another key of pseudonyms than the database's, or with none, and shows neither", async () => {
    database = await createTestDatabase();
    const admin = new pg.Pool({ connectionString: database.url, max: 1 });
    const names = actorNames("pseudonym", "the first key of the pseudonyms, long");
    await agreeOnNames(admin, names, { note: true });
    await admin.end();
    const environment = {
      DATABASE_URL: database.url,
      QUEUE_URL: fromTestRun("TALLYMAN_TEST_REDIS_URL"),
    };
    const key = "another key of pseudonyms, long enough";
    for (const mode of ["pseudonym", "plain"]) {
      const settings = { ACTOR_NAMES: mode, ACTOR_NAMES_KEY: key };
      const { code, output } = await runApp("worker", { ...environment, ...settings });
      expect(code, output).to.equal(1);
      expect(output)
        .to.contain("delete from tallyman.actor_names_key")
        .and.to.contain(
          mode === "plain" ? "ACTOR_NAMES is plain" : "ACTOR_NAMES_KEY is not the key",
        )
        .and.not.to.contain(key)
        .and.not.to.contain(names.keyFingerprint);
    }
  });

  it("on a database that a newer version has migrated", async () => {
    database = await createTestDatabase();
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(
      "insert into tallyman.knex_migrations (name, batch, migration_time) values ('9999_later.sql', 9, now())",
    );
    await admin.end();
    const environment = {
      DATABASE_URL: database.url,
      QUEUE_URL: fromTestRun("TALLYMAN_TEST_REDIS_URL"),
    };
    const { code, output } = await runApp("worker", environment);
    expect(code).to.equal(1);
    expect(output).to.contain("9999_later.sql").and.to.contain("newer");
  });
});
