import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BullmqConsumer } from "@tallyman/queue";
import { expect } from "chai";
import { Redis } from "ioredis";
import { startRedisServer, type RedisServer } from "../../../scripts/local/redis-server.ts";
import { toolFromTestRun } from "../../../test/support/environment.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { startApp, stopApps, type AppProcess } from "../../../test/support/processes.ts";
import { RawConnection } from "../../../test/support/raw-http.ts";

const SECRET = "a-secret-for-the-harbour";

const LONGEST_ANSWER_MS = 500;

describe("ingest with a spool", function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let redisPort: number | undefined;
  let ingest: AppProcess;
  let connection: RawConnection;
  let consumer: BullmqConsumer;
  let directory: string;
  let last = 0;
  const acknowledged = new Set<string>();
  const counted = new Set<string>();

  /** With the data of the one before. */
  const startRedis = async (): Promise<void> => {
    redis = await startRedisServer({
      tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER"),
      directory: join(directory, "redis"),
      ...(redisPort === undefined ? {} : { port: redisPort }),
    });
    redisPort = redis.port;
  };
  const startIngest = async (): Promise<void> => {
    ingest = await startApp("ingest", {
      QUEUE_URL: redis.url,
      NOTIFICATION_SECRETS: SECRET,
      SPOOL_DIR: join(directory, "spool"),
    });
    connection = await RawConnection.open(ingest.url);
  };
  const post = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const id = String(++last);
      const started = performance.now();
      connection.post(
        "/notifications",
        [`Authorization: ${SECRET}`],
        `{"events":[{"id":"${id}"}]}`,
      );
      const { status } = await connection.response();
      expect(performance.now() - started).to.be.below(LONGEST_ANSWER_MS);
      expect(status).to.equal(200);
      acknowledged.add(id);
    }
  };
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${ingest.opsUrl}/metrics`)).text();
    return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
  };
  const isReady = async (): Promise<boolean> => (await fetch(`${ingest.opsUrl}/readyz`)).ok;
  const everythingArrives = async (): Promise<void> => {
    await eventually("all acknowledged events are in the queue", () =>
      [...acknowledged].every((id) => counted.has(id)),
    );
    await eventually(
      "the spool is empty",
      async () => (await metric("tallyman_ingest_spool_bytes")) === 0,
    );
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-spool-"));
    await startRedis();
    await startIngest();
    consumer = new BullmqConsumer({
      location: { url: redis.url },
      concurrency: 10,
      // A job that was being handed over when Redis died comes back when its lock has run out.
      locks: { durationMs: 2_000, checkIntervalMs: 500 },
      handle: async (job) => {
        for (const { body } of job) {
          const { events } = JSON.parse(body) as { events: { id: string }[] };
          for (const { id } of events) counted.add(id);
        }
      },
      onError: () => undefined,
    });
  });

  after(async () => {
    connection.close();
    await consumer.close();
    await stopApps();
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("acknowledges while Redis is gone, is ready, and loses nothing of it", async () => {
    await post(20);
    await redis.kill();
    await post(300);
    expect(await isReady()).to.equal(true);
    expect(await metric("tallyman_ingest_spool_notifications")).to.be.at.least(300);
    expect(await metric("tallyman_ingest_spool_bytes")).to.be.greaterThan(10_000);
    expect(await metric("tallyman_ingest_spool_age_seconds")).to.be.within(0, 60);
    await startRedis();
    await everythingArrives();
    expect(await metric("tallyman_ingest_spooled_total")).to.be.at.least(300);
    expect(await metric("tallyman_ingest_spool_notifications")).to.equal(0);
    expect(await metric("tallyman_ingest_spool_age_seconds")).to.equal(0);
  });

  it("acknowledges in time while Redis is frozen", async () => {
    process.kill(redis.pid, "SIGSTOP");
    try {
      await post(20);
      expect(await isReady()).to.equal(true);
    } finally {
      process.kill(redis.pid, "SIGCONT");
    }
    await everythingArrives();
  });

  it("acknowledges while Redis is nearly full", async () => {
    const admin = new Redis(redis.url);
    try {
      const used = Number(/^used_memory:(\d+)/m.exec(await admin.info("memory"))?.[1]);
      const spooled = await metric("tallyman_ingest_spooled_total");
      await admin.config("SET", "maxmemory", Math.round(used / 0.9));
      await eventually("the spool takes over", async () => {
        await post(1);
        return (await metric("tallyman_ingest_spooled_total")) > spooled;
      });
      await admin.config("SET", "maxmemory", 0);
    } finally {
      admin.disconnect();
    }
    await everythingArrives();
  });

  it("keeps what it has acknowledged when it is killed during an outage", async () => {
    await redis.kill();
    await post(50);
    await ingest.kill();
    await startIngest();
    await post(10);
    await startRedis();
    await everythingArrives();
  });

  it("stops cleanly during an outage, and drains after the next start", async () => {
    await redis.kill();
    await post(20);
    connection.close();
    expect(await ingest.stop()).to.deep.equal({ code: 0, signal: null });
    await startRedis();
    await startIngest();
    await everythingArrives();
  });

  it("does not share its directory", async () => {
    const error = await startApp("ingest", {
      QUEUE_URL: redis.url,
      NOTIFICATION_SECRETS: SECRET,
      SPOOL_DIR: join(directory, "spool"),
    }).then(
      () => "it started",
      (reason: Error) => reason.message,
    );
    expect(error).to.include(`is in use by process ${ingest.pid}`);
  });
});
