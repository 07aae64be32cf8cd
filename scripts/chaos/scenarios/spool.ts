import type { Scenario } from "../scenario.ts";

const spoolRedisGone: Scenario = {
  name: "spool-redis-gone",
  fault:
    "Redis is away, ingest has a spool, and is killed (`kill -9`) while it fills and while it empties",
  setup: (full) => ({ locks: full ? "real" : "short", spool: true }),
  inject: async (world) => {
    const kill = async (): Promise<void> => {
      const slot = world.random.pick(world.fleet.ingests);
      await slot.kill();
      await slot.start();
    };
    for (let round = 0; round < world.pick(1, 10); round++) {
      await world.redis.kill();
      await world.seconds(2);
      const before = world.log.count(200);
      await world.seconds(world.pick(3, 20));
      const taken = world.log.count(200) - before;
      world.expect(taken > 100, `only ${taken} deliveries were taken while Redis was away`);
      world.note(`${taken} deliveries taken without Redis`);
      for (let i = 0; i < 3; i++) await kill();
      await world.redis.start();
      for (let i = 0; i < 3; i++) {
        await world.seconds(world.random.between(0.1, 0.6));
        await kill();
      }
    }
  },
};

const spoolRedisFrozen: Scenario = {
  name: "spool-redis-frozen",
  fault: "Redis is frozen for 5 s (SIGSTOP), ingest has a spool",
  setup: (full) => ({ locks: full ? "real" : "short", spool: true }),
  inject: async (world) => {
    for (let round = 0; round < world.pick(2, 10); round++) {
      world.redis.freeze();
      await world.seconds(5);
      world.redis.thaw();
      await world.seconds(2);
    }
  },
};

const spoolDiskFull: Scenario = {
  name: "spool-disk-full",
  fault: "Redis is away and the disk of the spool is full",
  setup: (full) => ({ locks: full ? "real" : "short", spool: true, spoolDisk: 16 }),
  inject: async (world) => {
    await world.redis.kill();
    await world.seconds(1);
    await world.disk?.fill(100_000);
    await world.within(20, "ingest refuses", async () => world.log.count(503) > 20);
    await world.seconds(world.pick(2, 20));
    await world.disk?.clear();
    await world.seconds(2);
    await world.redis.start();
  },
};

export const SPOOL_SCENARIOS = [spoolRedisGone, spoolRedisFrozen, spoolDiskFull];
