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

const KEYS = "{tallyman}:notifications:*";

/** A job's key ends with its number; the queue's other keys do not. */
const JOB_KEY = /:\d+$/;

const JOBS_AT_ONCE = 1_000;

/** How many attempts BullMQ has booked on any job. */
async function mostAttempts(world: World): Promise<number> {
  const redis = new Redis(world.redis.url);
  try {
    let most = 0;
    // After ten minutes there are hundreds of thousands of jobs: some at a time, one question for all of them.
    for await (const keys of redis.scanStream({ match: KEYS, count: JOBS_AT_ONCE })) {
      const pipeline = redis.pipeline();
      const jobs = (keys as string[]).filter((key) => JOB_KEY.test(key));
      for (const key of jobs) pipeline.hget(key, "atm");
      for (const [error, attempts] of (await pipeline.exec()) ?? []) {
        if (error !== null) throw error;
        most = Math.max(most, Number(attempts ?? 0));
      }
    }
    return most;
  } finally {
    redis.disconnect();
  }
}
