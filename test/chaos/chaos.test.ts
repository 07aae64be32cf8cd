import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { prepareRun, type PreparedRun } from "../../scripts/chaos/prepare-run.ts";
import { Progress } from "../../scripts/chaos/progress.ts";
import { Random } from "../../scripts/chaos/random.ts";
import type { Outcome } from "../../scripts/chaos/outcome.ts";
import { runFairly } from "../../scripts/chaos/run-scenario.ts";
import type { Scenario } from "../../scripts/chaos/scenario.ts";
import { scenarioDirectory } from "../../scripts/chaos/world.ts";
import { toolFromTestRun } from "../support/environment.ts";

/** A taste of `npm run chaos`, which does the whole fault matrix. */
describe("under chaos, with real processes", function () {
  this.timeout(120_000);
  let directory: string;
  let prepared: PreparedRun;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-chaos-"));
    // As root, Postgres runs as another user, who has to get in.
    await chmod(directory, 0o755);
    prepared = await prepareRun({
      seed: 1,
      full: false,
      directory,
      interruption: new AbortController().signal,
      progress: new Progress(() => undefined),
      redisTool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER"),
    });
  });

  after(async () => {
    await prepared.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Runs a fault with all its checks. */
  async function outcomeOf(scenario: Omit<Scenario, "fault">): Promise<Outcome> {
    const place = await scenarioDirectory(directory, scenario.name);
    const random = (): Random => new Random(prepared.run.seed);
    const outcome = await runFairly(prepared.run, { ...scenario, fault: "" }, place, random);
    expect(outcome.faults).to.deep.equal([]);
    expect(outcome.acknowledged).to.be.greaterThan(100);
    return outcome;
  }

  it("counts everything once although workers die between COMMIT and the end of the job", async () => {
    let deaths = 0;
    await outcomeOf({
      name: "after-commit",
      setup: () => ({
        workers: 3,
        locks: "short",
        killAtCommit: { at: "after", probability: 0.05 },
        perSecond: 20,
      }),
      inject: (world) =>
        // The jobs of one that dies just before the load ends take longest to come back.
        world.within(30, "two workers have died", async () => {
          deaths = world.fleet.workers.reduce((sum, { crashes }) => sum + crashes.length, 0);
          return deaths >= 2;
        }),
    });
    expect(deaths).to.be.greaterThan(1);
  });

  it("answers in time while Redis is frozen, and loses nothing of what it acknowledged", async () => {
    const { refused } = await outcomeOf({
      name: "redis-frozen",
      setup: () => ({ perSecond: 30 }),
      inject: async (world) => {
        world.redis.freeze();
        await world.seconds(3);
        world.redis.thaw();
      },
    });
    expect(refused).to.be.greaterThan(0);
  });

  it("goes on acknowledging and fails no job when Postgres crashes and comes back", async () => {
    const { acknowledged, refused } = await outcomeOf({
      name: "postgres-restarted",
      setup: () => ({ perSecond: 30 }),
      inject: async (world) => {
        await world.postgres.kill();
        await world.seconds(2);
        const { failed, delayed } = await world.queue.depth();
        world.expect(failed + delayed === 0, `${failed + delayed} jobs have used an attempt`);
        await world.postgres.start();
      },
    });
    // A busy disk may delay Redis now and then; without Postgres' help nearly everything would be refused.
    expect(refused).to.be.below(acknowledged / 10);
  });
});
