import type { Notification } from "@tallyman/events";
import { expect } from "chai";
import { Redis } from "ioredis";
import { startRedisServer, type RedisServer } from "../../../scripts/local/redis-server.ts";
import { toolFromTestRun } from "../../../test/support/environment.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { Gate } from "../../../test/support/gate.ts";
import { randomNamespace } from "../../../test/support/queue-namespace.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { migrateQueue, type QueueLocation } from "./bullmq-backend.ts";
import { BullmqConsumer } from "./bullmq-consumer.ts";
import { BullmqQueue } from "./bullmq-queue.ts";

const fail = (error: Error): void => {
  throw error;
};

const notification = (body: string): Notification => ({
  registry: "alpha",
  receivedAt: "2026-11-21T10:00:00.000Z",
  body,
});

/** Waits until the clock shows another millisecond. @returns it */
async function nextMoment(): Promise<Date> {
  const before = Date.now();
  await eventually("time has passed", () => Date.now() > before);
  return new Date();
}

/** What holds on either backend. */
async function tellsSinceWhenTheFirstInLineWaits(location: QueueLocation): Promise<void> {
  const gate = new Gate();
  const queue = new BullmqQueue(location, fail);
  let consumer: BullmqConsumer | undefined;
  try {
    expect(await queue.oldestWaitingSince()).to.equal(null);
    const moments: Date[] = [];
    for (const body of ["first", "second", "third"]) {
      moments.push(await nextMoment());
      await queue.enqueue([notification(body)]);
    }
    const [first, second, third] = moments as [Date, Date, Date];
    const end = await nextMoment();
    expect(await queue.oldestWaitingSince()).to.be.within(first, second);

    const handle = () => gate.opened;
    consumer = new BullmqConsumer({ location, handle, concurrency: 2, onError: fail });
    await eventually("two jobs are taken", async () => (await queue.depth()).active === 2);
    expect(await queue.oldestWaitingSince()).to.be.within(third, end);

    gate.open();
    await eventually("all are done", async () => {
      const { waiting, active } = await queue.depth();
      return waiting + active === 0;
    });
    expect(await queue.oldestWaitingSince()).to.equal(null);
  } finally {
    gate.open();
    await consumer?.close();
    await queue.close();
  }
}

describe("oldestWaiting", () => {
  describe("on Redis", () => {
    let server: RedisServer;
    before(async () => {
      server = await startRedisServer({ tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER") });
    });
    after(() => server.stop());

    it("tells since when the job waits that is next in line", () =>
      tellsSinceWhenTheFirstInLineWaits({ url: server.url, namespace: "{line}" }));

    it("reads nothing else of a job that has megabytes", async () => {
      const queue = new BullmqQueue({ url: server.url, namespace: "{large}" }, fail);
      const admin = new Redis(server.url);
      const sent = async (): Promise<number> =>
        Number(/total_net_output_bytes:(\d+)/.exec(await admin.info("stats"))?.[1]);
      try {
        await queue.enqueue([notification("x".repeat(4_000_000))]);
        const before = await sent();
        expect(await queue.oldestWaitingSince()).not.to.equal(null);
        expect((await sent()) - before).to.be.within(1, 100_000);
      } finally {
        admin.disconnect();
        await queue.close();
      }
    });
  });

  describe("on Postgres", () => {
    let database: TestDatabase;
    const namespace = randomNamespace();
    before(async () => {
      database = await createTestDatabase();
      await migrateQueue({ url: database.url, namespace });
    });
    after(() => database.drop());

    it("tells since when the job waits that is next in line", () =>
      tellsSinceWhenTheFirstInLineWaits({ url: database.url, namespace }));
  });
});
