import { Redis } from "ioredis";
import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";
import { locksOf } from "./locks.ts";
import { logLinesPerSecond } from "./log-rate.ts";

const redisKilled: Scenario = {
  name: "redis-killed",
  fault: "Redis is killed (`kill -9`) and comes back",
  setup: locksOf,
  inject: async (world) => {
    for (let kill = 0; kill < world.pick(4, 20); kill++) {
      await world.redis.kill();
      await world.seconds(world.random.between(0.1, 1));
      await world.redis.start();
      await world.seconds(world.random.between(0.5, 1.5));
    }
    world.note(`${world.pick(4, 20)} kills`);
  },
};

const redisFrozen: Scenario = {
  name: "redis-frozen",
  fault: "Redis is frozen for 10 s (SIGSTOP)",
  setup: locksOf,
  inject: async (world) => {
    for (let round = 0; round < world.pick(1, 5); round++) {
      world.redis.freeze();
      await world.seconds(10);
      world.redis.thaw();
      await world.seconds(2);
    }
  },
};

const redisGone: Scenario = {
  name: "redis-gone",
  fault: "Redis is away for a while (60 s in a full run)",
  setup: locksOf,
  inject: async (world) => {
    await world.redis.kill();
    await world.seconds(world.pick(12, 60));
    await world.redis.start();
    const resumed = await world.within(30, "the workers work again", () => worksAgain(world));
    world.note(`workers resumed after ${resumed.toFixed(1)} s`);
    world.note(`worst log ${(await logLinesPerSecond(world)).toFixed(1)} lines/s`);
  },
};

/** Whether something was counted since it was asked. */
async function worksAgain(world: World): Promise<boolean> {
  const count = async (): Promise<number> => {
    const { rows } = await world.pool.query<{ n: string }>("select sum(received) as n from ledger");
    return Number(rows[0]?.n ?? 0);
  };
  const before = await count();
  await world.seconds(0.2);
  return (await count()) > before;
}

/** Bytes of room that the load fills within ten seconds or so. */
const ROOM = 20_000_000;

const redisFull: Scenario = {
  name: "redis-full",
  fault:
    "Redis fills up: first to the 80 % at which ingest refuses, then others fill it to the last byte",
  setup: (full) => ({ ...locksOf(full), padding: 5_000, perSecond: 40 }),
  inject: async (world) => {
    const redis = new Redis(world.redis.url);
    redis.on("error", () => undefined);
    try {
      for (const worker of world.fleet.workers) await worker.kill();
      const used = await memory(redis);
      await redis.config("SET", "maxmemory", String(used + ROOM));
      await world.within(60, "ingest refuses", async () => world.log.count(503) > 20);
      await world.seconds(2);
      const fill = (await memory(redis)) / (used + ROOM);
      world.note(`refused at ${Math.round(fill * 100)} % of maxmemory`);
      world.expect(fill < 0.97, `Redis was filled to ${Math.round(fill * 100)} %`);
      for (const worker of world.fleet.workers) await worker.start();
      await world.within(60, "the workers drain a queue above the limit", async () => {
        const { waiting, active } = await world.queue.depth();
        return waiting + active < 20;
      });
      await whileOthersFillIt(world, redis);
    } finally {
      redis.disconnect();
    }
    const lines = await logLinesPerSecond(world);
    world.note(`worst log ${lines.toFixed(1)} lines/s`);
    world.expect(lines < 10, `a log grew by ${lines.toFixed(1)} lines/s`);
  },
};

/** What is in the queue can be drained although there is not a byte of room, and stays not. */
async function whileOthersFillIt(world: World, redis: Redis): Promise<void> {
  await redis.config("SET", "maxmemory", "0");
  for (const worker of world.fleet.workers) await worker.kill();
  await world.within(30, "jobs wait", async () => (await world.queue.depth()).waiting > 100);
  await redis.set("somebody else's", "x".repeat(ROOM));
  await redis.config("SET", "maxmemory", String(ROOM));
  for (const worker of world.fleet.workers) await worker.start();
  const seconds = await world.within(60, "the workers drain a queue in a full Redis", async () => {
    const { waiting, active } = await world.queue.depth();
    return waiting + active === 0;
  });
  world.note(`a full Redis was drained in ${seconds.toFixed(1)} s`);
  await world.seconds(world.pick(3, 30));
  await redis.config("SET", "maxmemory", "0");
  await redis.del("somebody else's");
}

async function memory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1] ?? 0);
}

const redisDiskFull: Scenario = {
  name: "redis-disk-full",
  fault:
    "The disk of Redis' append-only file is full; Redis gives up and is started again and again",
  // It has to hold what gathers at the registries meanwhile, or it is full again as soon as it was cleared.
  setup: (full) => ({ ...locksOf(full), redisDisk: full ? 256 : 24, padding: 1_000 }),
  inject: async (world) => {
    await world.disk?.fill(100_000);
    for (let attempt = 0; attempt < world.pick(5, 20); attempt++) {
      await world.seconds(1);
      // With appendfsync always Redis ends when it cannot write; somebody starts it again, in vain.
      await world.redis.stop().catch(() => undefined);
      await world.redis.start().catch(() => undefined);
    }
    world.expect(world.log.count(503) > 0, "ingest never refused");
    await world.disk?.clear();
    await world.redis.stop().catch(() => undefined);
    await world.redis.start();
  },
};

export const REDIS_SCENARIOS = [redisKilled, redisFrozen, redisGone, redisFull, redisDiskFull];
