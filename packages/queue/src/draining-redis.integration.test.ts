import { expect } from "chai";
import { Redis } from "ioredis";
import { startRedisServer, type RedisServer } from "../../../scripts/local/redis-server.ts";
import { toolFromTestRun } from "../../../test/support/environment.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { rejectionOf } from "../../../test/support/rejection.ts";
import { openRelay } from "../../../test/support/relay.ts";
import { BullmqConsumer } from "./bullmq-consumer.ts";
import { BullmqQueue } from "./bullmq-queue.ts";
import { notification } from "./notification-queue.contract.ts";

const JOBS = 200;

describe("a consumer on a connection of its own kind", function () {
  this.timeout(30_000);
  let redis: RedisServer;
  let queue: BullmqQueue;
  let closers: (() => Promise<unknown>)[];

  beforeEach(async () => {
    redis = await startRedisServer({ tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER") });
    queue = new BullmqQueue({ url: redis.url }, () => undefined);
    closers = [() => redis.stop(), () => queue.close()];
  });

  afterEach(async () => {
    for (const close of closers.toReversed()) await close();
  });

  function consume(url: string): string[] {
    const bodies: string[] = [];
    const consumer = new BullmqConsumer({
      location: { url },
      concurrency: 10,
      handle: async (notifications) => void bodies.push(...notifications.map(({ body }) => body)),
      onError: () => undefined,
    });
    closers.push(() => consumer.close());
    return bodies;
  }

  it("drains a Redis that is full, although others keep it full", async () => {
    for (let job = 0; job < JOBS; job++) await queue.enqueue([notification(`job ${job}`)]);
    const admin = new Redis(redis.url);
    closers.push(async () => admin.disconnect());
    // Whatever the consumer gives back, this is more.
    await admin.set("somebody else's", "x".repeat(5_000_000));
    await admin.config("SET", "maxmemory", "4mb");
    expect((await rejectionOf(queue.enqueue([notification("more")]))).message).to.contain("OOM");

    const bodies = consume(redis.url);
    await eventually("the queue is empty", async () => {
      const { waiting, active } = await queue.depth();
      return waiting + active === 0;
    });
    expect(bodies).to.have.lengthOf(JOBS);
    expect(await queue.depth()).to.deep.equal({ waiting: 0, active: 0, delayed: 0, failed: 0 });
    expect((await rejectionOf(queue.enqueue([notification("more")]))).message).to.contain("OOM");
  });

  it("leaves connections that carry nothing more, by itself, and goes on", async () => {
    const relay = await openRelay(redis.url);
    closers.push(() => relay.close());
    const bodies = consume(relay.through(redis.url));
    await queue.enqueue([notification("before")]);
    await eventually("the consumer works", () => bodies.length === 1);
    relay.forget();
    await queue.enqueue([notification("after")]);
    await eventually("the consumer works again", () => bodies.includes("after"), 25_000);
  });
});
