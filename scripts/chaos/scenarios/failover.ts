import { Proxy } from "../faults/proxy.ts";
import type { Scenario, Setup } from "../scenario.ts";
import { RedisReplica } from "../servers/redis-replica.ts";
import type { World } from "../world.ts";
import { flows } from "./flows.ts";
import { locksOf } from "./locks.ts";

/** Longest that a fleet may need to find the new primary once its address leads there. Seconds. */
const FOLLOWS_WITHIN = 10;

const setup = (full: boolean): Setup => ({
  ...locksOf(full),
  network: "redis",
  redisSettings: { "repl-diskless-sync-delay": "0" },
});

/** The address of the queue leads to another Redis. */
async function lead(world: World, port: number): Promise<void> {
  for (const proxy of world.proxies) proxy.lead(port);
  const seconds = await world.within(FOLLOWS_WITHIN, "the fleet follows to the primary", () =>
    flows(world),
  );
  world.note(`worked again after ${seconds.toFixed(1)} s`);
}

const handedOver: Scenario = {
  name: "redis-failover",
  fault:
    "Redis hands over to its replica and back; the connections to what is a replica now are not closed",
  setup,
  inject: async (world) => {
    const replica = await RedisReplica.start(world.redis);
    try {
      for (let round = 0; round < world.pick(1, 5); round++) {
        await replica.takeOver();
        // As long as names are cached: all that is sent meanwhile is refused by a replica.
        await world.seconds(world.random.between(0.5, 2));
        await lead(world, replica.port);
        await world.seconds(1);
        await replica.giveBack();
        await world.seconds(world.random.between(0.5, 2));
        await lead(world, world.redis.port);
        await world.seconds(1);
      }
    } finally {
      await replica.stop();
    }
  },
};

const fellBehind: Scenario = {
  name: "redis-failover-behind",
  fault: "Control: Redis is killed and replaced by a replica that has not received everything",
  isControl: true,
  setup,
  inject: async (world) => {
    const link = await Proxy.open(world.redis.port, world.random);
    const replica = await RedisReplica.start(world.redis, link.port);
    try {
      // The jobs must still be in Redis, or there would be nothing to lose.
      for (const worker of world.fleet.workers) await worker.kill();
      link.killSilently();
      await world.seconds(2);
      await world.redis.kill();
      await replica.promote();
      for (const worker of world.fleet.workers) await worker.start();
      await lead(world, replica.port);
      await world.redis.start();
      await replica.giveBack();
      await lead(world, world.redis.port);
    } finally {
      await replica.stop();
      await link.close();
    }
  },
};

export const FAILOVER_SCENARIOS = [handedOver, fellBehind];
