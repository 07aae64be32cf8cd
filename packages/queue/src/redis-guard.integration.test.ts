import { expect } from "chai";
import { Redis } from "ioredis";
import { startRedisServer, type RedisServer } from "../../../scripts/local/redis-server.ts";
import { toolFromTestRun } from "../../../test/support/environment.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { rejectionOf } from "../../../test/support/rejection.ts";
import { GuardedQueue } from "./guarded-queue.ts";
import { MemoryQueue } from "./memory-queue.ts";
import { RedisGuard } from "./redis-guard.ts";
import type { RedisVerdict } from "./redis-settings.ts";

const NOTIFICATION = { registry: "alpha", receivedAt: "2026-11-21T10:00:00.000Z", body: "{}" };

describe("RedisGuard", () => {
  let server: RedisServer;
  let admin: Redis;
  let guard: RedisGuard;
  let verdicts: RedisVerdict[];

  beforeEach(async () => {
    server = await startRedisServer({ tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER") });
    admin = new Redis(server.url);
    verdicts = [];
  });

  afterEach(async () => {
    guard.close();
    admin.disconnect();
    await server.stop();
  });

  function watch(): GuardedQueue {
    const onVerdict = (verdict: RedisVerdict) => verdicts.push(verdict);
    guard = new RedisGuard({
      url: server.url,
      allowVolatile: false,
      onVerdict,
      onError: () => undefined,
    });
    return new GuardedQueue(new MemoryQueue(), guard);
  }

  it("lets nothing through until it has looked, and everything once it is content", async () => {
    const queue = watch();
    expect((await rejectionOf(queue.enqueue([NOTIFICATION]))).message).to.contain(
      "not looked at yet",
    );
    await eventually("the guard is content", () => guard.refusal === undefined);
    await queue.enqueue([NOTIFICATION]);
    expect(await queue.depth()).to.include({ waiting: 1 });
    expect(verdicts).to.deep.equal([{ faults: [], warnings: [] }]);
  });

  it("lets nothing through to a Redis that would drop acknowledged events", async () => {
    await admin.config("SET", "maxmemory-policy", "allkeys-lru");
    const queue = watch();
    await eventually("the guard has looked", () => verdicts.length === 1);
    expect(verdicts[0]?.faults[0]).to.contain("noeviction");
    await eventually("the refusal tells why", () => guard.refusal?.includes("noeviction") ?? false);
    expect((await rejectionOf(queue.enqueue([NOTIFICATION]))).message).to.contain("noeviction");
  });

  it("lets nothing through to another Redis in the same place before it has looked at it", async () => {
    const queue = watch();
    await eventually("the guard is content", () => guard.refusal === undefined);
    await server.stop();
    await eventually("it relies on nothing that it has seen", () => guard.refusal !== undefined);
    expect((await rejectionOf(queue.enqueue([NOTIFICATION]))).message).to.contain(
      "not looked at yet",
    );
    const { port } = server;
    server = await startRedisServer({
      tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER"),
      port,
      settings: { appendonly: "no" },
    });
    let taken = 0;
    await eventually("it has looked again", async () => {
      await queue.enqueue([NOTIFICATION]).then(
        () => taken++,
        () => undefined,
      );
      return verdicts.length === 2;
    });
    expect(taken).to.equal(0);
    expect(verdicts[1]?.faults[0]).to.contain("append-only");
  });

  it("sheds load before Redis is full and takes it again when there is room", async () => {
    const queue = watch();
    await eventually("the guard is content", () => guard.refusal === undefined);
    const used = Number(/used_memory:(\d+)/.exec(await admin.info("memory"))?.[1]);
    await admin.config("SET", "maxmemory", String(Math.round(used / 0.9)));
    await eventually("the guard refuses", () => guard.refusal !== undefined);
    expect((await rejectionOf(queue.enqueue([NOTIFICATION]))).message).to.contain("maxmemory");
    expect((await rejectionOf(queue.depth())).message).to.contain("maxmemory");
    await admin.config("SET", "maxmemory", String(used * 10));
    await eventually("the guard takes load again", () => guard.refusal === undefined);
  });

  it("knows what it has sent itself, before Redis is asked again", async () => {
    const queue = watch();
    const used = Number(/used_memory:(\d+)/.exec(await admin.info("memory"))?.[1]);
    await admin.config("SET", "maxmemory", String(used * 2));
    await eventually("the guard sees the limit", () => guard.memoryUsage !== undefined);
    // Redis never gets it (the queue is one in memory), so that no look can find it.
    const half = { ...NOTIFICATION, body: "x".repeat(used) };
    await queue.enqueue([half]);
    expect((await rejectionOf(queue.enqueue([NOTIFICATION]))).message).to.contain("maxmemory");
    await eventually("a look at Redis shows that there is room", () => guard.refusal === undefined);
  });
});
