import { Redis } from "ioredis";
import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";

/** A job lock of production, and two looks for stalled jobs. Seconds. */
const RESUMES_WITHIN = 30 + 2 * 15;

const workerKilled: Scenario = {
  name: "worker-killed",
  fault: "Workers are killed (`kill -9`), with the job locks of production",
  setup: () => ({ workers: 3, locks: "real" }),
  inject: async (world) => {
    for (let kill = 0; kill < world.pick(6, 50); kill++) {
      const slot = world.random.pick(world.fleet.workers);
      await slot.kill();
      await world.seconds(world.random.between(0, 0.3));
      await slot.start();
      await world.seconds(world.random.between(0, 0.5));
    }
    world.note(`${world.pick(6, 50)} kills`);
    const left = new Set(await activeJobs(world));
    const resumed = await world.within(
      RESUMES_WITHIN,
      "the jobs of the dead are done",
      async () => {
        const active = await activeJobs(world);
        return !active.some((id) => left.has(id));
      },
    );
    world.note(`the jobs of the dead were done after ${resumed.toFixed(0)} s`);
  },
};

/** Ids of the jobs that a worker has, or had when it died. */
async function activeJobs(world: World): Promise<string[]> {
  const redis = new Redis(world.redis.url);
  try {
    return await redis.lrange("{tallyman}:notifications:active", 0, -1);
  } finally {
    redis.disconnect();
  }
}

const atCommit = (at: "before" | "during" | "after", fault: string): Scenario => ({
  name: `worker-killed-${at}-commit`,
  fault,
  setup: (full) => ({
    workers: 3,
    locks: full ? "real" : "short",
    killAtCommit: { at, probability: 0.03 },
    perSecond: 30,
  }),
  inject: async (world) => {
    await world.seconds(world.pick(6, 90));
  },
  verify: async (world) => {
    const deaths = world.fleet.workers.reduce((sum, { crashes }) => sum + crashes.length, 0);
    world.expect(deaths >= 2, `only ${deaths} workers died; the fault did not happen`);
  },
});

const zombieWorker: Scenario = {
  name: "zombie-worker",
  fault: "A worker is frozen past its job locks and wakes up again (SIGSTOP, SIGCONT)",
  setup: (full) => ({ workers: 3, locks: full ? "real" : "short" }),
  inject: async (world) => {
    for (let round = 0; round < world.pick(2, 20); round++) {
      const slot = world.random.pick(world.fleet.workers);
      slot.freeze();
      await world.seconds(world.pick(6, 36));
      slot.thaw();
      await world.seconds(1);
    }
  },
};

const deadlockPressure: Scenario = {
  name: "deadlock-pressure",
  fault: "Four workers count the same few keys at once",
  // No long tail: every batch meets the others in the same repositories, users, tags and days.
  setup: () => ({ workers: 4, repositories: 3, perSecond: 25, instances: 12 }),
  inject: async (world) => {
    const before = await deadlocks(world);
    await world.seconds(world.pick(15, 600));
    const happened = (await deadlocks(world)) - before;
    world.note(`${happened} deadlocks`);
    world.expect(happened === 0, `${happened} deadlocks`);
  },
};

async function deadlocks(world: World): Promise<number> {
  const { rows } = await world.pool.query<{ deadlocks: string }>(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  return Number(rows[0]?.deadlocks ?? 0);
}

export const WORKER_SCENARIOS = [
  workerKilled,
  atCommit("before", "Workers die before a COMMIT is sent"),
  atCommit("during", "Workers die with a COMMIT under way"),
  atCommit("after", "Workers die between COMMIT and the end of the job"),
  zombieWorker,
  deadlockPressure,
];
