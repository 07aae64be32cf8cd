import { expect } from "chai";
import { Redis } from "ioredis";
import pg from "pg";
import { startRedisServer, type RedisServer } from "../../../scripts/local/redis-server.ts";
import { toolFromTestRun } from "../../../test/support/environment.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { randomNamespace } from "../../../test/support/queue-namespace.ts";
import { rejectionOf } from "../../../test/support/rejection.ts";
import { createTestDatabase } from "../../../test/support/test-database.ts";
import { migrateQueue, type QueueLocation } from "./bullmq-backend.ts";
import { BullmqConsumer } from "./bullmq-consumer.ts";
import { BullmqQueue } from "./bullmq-queue.ts";
import { inspectQueue } from "./inspect-queue.ts";

const NOTIFICATION = { registry: "alpha", receivedAt: "2026-11-21T10:00:00.000Z", body: "{}" };

async function enqueue(location: QueueLocation): Promise<void> {
  const queue = new BullmqQueue(location, () => undefined);
  await queue.enqueue([NOTIFICATION]);
  await queue.close();
}

/** A worker that takes a job and never ends it. */
function work(location: QueueLocation, release: Promise<void>): BullmqConsumer {
  return new BullmqConsumer({
    location,
    handle: () => release,
    concurrency: 1,
    onError: () => undefined,
  });
}

/** What holds on either backend. */
async function countsJobsAndWorkers(location: QueueLocation): Promise<void> {
  const before = Date.now();
  await enqueue(location);
  const waiting = await inspectQueue(location, false);
  expect(waiting.depth).to.deep.equal({ waiting: 1, active: 0, delayed: 0, failed: 0 });
  expect(waiting.oldestWaitingAt?.getTime()).to.be.within(before - 1, Date.now() + 1);
  expect(waiting.workers).to.equal(0);

  let finish = (): void => undefined;
  const release = new Promise<void>((resolve) => (finish = resolve));
  const workers = [work(location, release), work(location, release)];
  try {
    await eventually("two workers are there and one has the job", async () => {
      const { workers: count, depth } = await inspectQueue(location, false);
      return count === 2 && depth.active === 1;
    });
    const { oldestWaitingAt } = await inspectQueue(location, false);
    expect(oldestWaitingAt).to.equal(undefined);
  } finally {
    finish();
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

describe("inspectQueue", () => {
  describe("on Redis", () => {
    let server: RedisServer;
    let admin: Redis;

    before(async () => {
      server = await startRedisServer({ tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER") });
      admin = new Redis(server.url);
    });

    after(async () => {
      admin.disconnect();
      await server.stop();
    });

    it("counts jobs by state and the workers, and tells how long the oldest has waited", () =>
      countsJobsAndWorkers({ url: server.url }));

    it("tells the server, its memory and whether it keeps what it confirms", async () => {
      await admin.config("SET", "maxmemory", "100mb");
      const sound = await inspectQueue({ url: server.url }, false);
      expect(sound.server).to.match(/^(Redis|Valkey) \d+\.\d+/);
      expect(sound.memory?.limit).to.equal(100 * 1024 * 1024);
      expect(sound.memory?.used).to.be.within(1, 100 * 1024 * 1024);
      expect(sound.verdict).to.deep.equal({ faults: [], warnings: [] });

      await admin.config("SET", "maxmemory-policy", "allkeys-lru");
      const { verdict } = await inspectQueue({ url: server.url }, false);
      expect(verdict.faults.join()).to.contain("noeviction");
      await admin.config("SET", "maxmemory-policy", "noeviction");
    });

    it("does not know the workers when its login may not list connections", async () => {
      const login = ["~*", "&*", "+@all", "-@admin", "-@dangerous", "+info", "+config|get"];
      await admin.call("ACL", "SETUSER", "tally", "on", ">pass", ...login);
      const url = new URL(server.url);
      [url.username, url.password] = ["tally", "pass"];
      const { workers, depth } = await inspectQueue({ url: url.href }, false);
      expect(workers).to.equal(undefined);
      expect(depth.failed).to.equal(0);

      url.password = "wrong";
      const error = await rejectionOf(inspectQueue({ url: url.href }, false));
      expect(error.message).to.contain("WRONGPASS");
    });

    it("fails with the connection's own error when nobody is there", async () => {
      const error = await rejectionOf(inspectQueue({ url: "redis://127.0.0.1:1" }, false));
      expect((error as NodeJS.ErrnoException).code).to.equal("ECONNREFUSED");
    });
  });

  it("does the same on Postgres, and fails where BullMQ has no tables", async () => {
    const database = await createTestDatabase();
    const location = { url: database.url, namespace: randomNamespace() };
    const missing = await rejectionOf(inspectQueue(location, false));
    expect(missing.message).to.contain(location.namespace);
    await migrateQueue(location);
    await countsJobsAndWorkers(location);
    const { server, memory, verdict } = await inspectQueue(location, false);
    expect(server).to.match(/^Postgres \d+/);
    expect([memory, verdict]).to.deep.equal([undefined, { faults: [], warnings: [] }]);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`drop schema ${location.namespace} cascade`);
    await client.end();
    await database.drop();
  });
});
