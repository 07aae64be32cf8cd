import { Redis } from "ioredis";
import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";

/** Promise 6: an outage of Postgres costs neither an event nor anything of a job's retry budget. */
export const postgresGone: Scenario = {
  name: "postgres-gone",
  fault:
    "Postgres is away for a while (10 min in a full run): no answer but 200, no attempt consumed",
  inject: async (world) => {
    await world.postgres.kill();
    const refused = world.log.count(503);
    for (let second = 0; second < world.pick(20, 600); second++) {
      await world.seconds(1);
      const { failed, delayed } = await world.queue.depth();
      world.expect(failed + delayed === 0, `${failed} jobs failed, ${delayed} are delayed`);
    }
    const attempts = await mostAttempts(world);
    world.expect(attempts === 0, `a job has used ${attempts} attempts`);
    world.expect(world.log.count(503) === refused, "ingest refused although its queue was there");
    await world.postgres.start();
    world.note(`${attempts} attempts used, ${world.log.count(503) - refused} refused`);
  },
};

/** How many attempts BullMQ has booked on any job. */
async function mostAttempts(world: World): Promise<number> {
  const redis = new Redis(world.redis.url);
  try {
    const keys = await redis.keys("{tallyman}:notifications:*");
    let most = 0;
    for (const key of keys.filter((candidate) => /:\d+$/.test(candidate))) {
      most = Math.max(most, Number((await redis.hget(key, "atm")) ?? 0));
    }
    return most;
  } finally {
    redis.disconnect();
  }
}
