import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Redis } from "ioredis";
import pg from "pg";
import { startComposeRedis, type ComposeRedis } from "../support/compose-redis.ts";
import { eventually } from "../support/eventually.ts";
import { startApp, stopApps, type AppProcess } from "../support/processes.ts";
import { rejectionOf } from "../support/rejection.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";

const SECRET = "a-secret-for-the-harbour";
const NOTIFICATIONS = 50;

describe("a Redis as docker-compose.yml starts it", function () {
  this.timeout(60_000);
  let directory: string;
  let redis: ComposeRedis;
  let database: TestDatabase;
  let ingest: AppProcess;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-compose-"));
    redis = await startComposeRedis(directory);
    database = await createTestDatabase();
    ingest = await startApp("ingest", {
      NOTIFICATION_SECRETS: `harbour=${SECRET}`,
      QUEUE_URL: redis.processUrl,
    });
  });

  after(async () => {
    try {
      await stopApps();
    } finally {
      await redis.stop();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    }
  });

  const post = async (id: number): Promise<number> => {
    const event = { id: String(id), action: "pull", target: { repository: "a", tag: "v1" } };
    const { status } = await fetch(`${ingest.url}/notifications`, {
      method: "POST",
      headers: { Authorization: SECRET },
      body: JSON.stringify({ events: [event] }),
    });
    return status;
  };

  it("gives the processes the keys of the queue and no administration", async () => {
    const client = new Redis(redis.processUrl, { maxRetriesPerRequest: 0 });
    try {
      for (const [command, ...args] of [
        ["flushall"],
        ["config", "set", "appendonly", "no"],
        ["debug", "sleep", "0"],
        ["keys", "*"],
        ["shutdown"],
        ["acl", "list"],
        ["set", "somebody-else's", "1"],
        ["get", "somebody-else's"],
      ] as const) {
        const error = await rejectionOf(client.call(command, ...args));
        expect(error.message, command).to.match(/^NOPERM|DEBUG command not allowed/);
      }
      expect(await client.set("{tallyman}:mine", "1")).to.equal("OK");
      await client.del("{tallyman}:mine");
    } finally {
      client.disconnect();
    }
  });

  it("lets nobody in without a password", async () => {
    const stranger = new Redis(redis.url, { lazyConnect: true, retryStrategy: () => null });
    stranger.on("error", () => undefined);
    expect((await rejectionOf(stranger.set("{tallyman}:x", "1"))).message).to.match(/NOAUTH/);
    stranger.disconnect();
  });

  it("still has what waits in it after a restart and after a crash, and hands it to a worker", async () => {
    await eventually("ingest acknowledges", async () => (await post(0)) === 200);
    for (let id = 1; id <= NOTIFICATIONS; id++) expect(await post(id)).to.equal(200);
    await redis.stop();
    redis = await startComposeRedis(directory, redis.port);
    await redis.kill();
    redis = await startComposeRedis(directory, redis.port);
    await startApp("worker", { DATABASE_URL: database.url, QUEUE_URL: redis.processUrl });
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    try {
      await eventually("all of it is counted", async () => {
        const { rows } = await pool.query<{ tracked: number }>(
          "select count(*)::int as tracked from tracking_events",
        );
        return rows[0]?.tracked === NOTIFICATIONS + 1;
      });
    } finally {
      await pool.end();
    }
    await eventually("ingest acknowledges again", async () => (await post(0)) === 200);
  });
});
