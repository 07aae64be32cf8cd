import { cutPower } from "../faults/synced-redis.ts";
import type { Scenario } from "../scenario.ts";
import { locksOf } from "./locks.ts";

const powerLost = (fsync: "always" | "everysec"): Scenario => ({
  name: fsync === "always" ? "power-lost" : "power-lost-everysec",
  fault:
    fsync === "always"
      ? "The power goes: what Redis has not synced is gone from its append-only file"
      : "Control: the same with `appendfsync everysec`, which may lose the last second",
  isControl: fsync === "everysec",
  setup: (full) => ({ ...locksOf(full), traceRedis: true, redisSettings: { appendfsync: fsync } }),
  inject: async (world) => {
    // The jobs must still be in Redis, or there would be nothing to lose.
    for (const worker of world.fleet.workers) await worker.kill();
    let lostBytes = 0;
    for (let cut = 0; cut < world.pick(2, 10); cut++) {
      await world.seconds(world.random.between(2, 4));
      await world.redis.kill();
      const power = await cutPower(world.redis.directory, world.redisTrace);
      lostBytes += power.lostBytes;
      await world.redis.start();
    }
    world.note(`${lostBytes} unsynced bytes cut`);
    for (const worker of world.fleet.workers) await worker.start();
  },
});

export const POWER_SCENARIOS = [powerLost("always"), powerLost("everysec")];
