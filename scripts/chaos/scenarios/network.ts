import type { Weather } from "../faults/proxy.ts";
import type { Scenario, Setup } from "../scenario.ts";
import type { World } from "../world.ts";
import { flows } from "./flows.ts";

/** Longest that a fleet may need to work again by itself once its connections are dead. Seconds. */
const RECOVERS_WITHIN = { redis: 20, postgres: 60 } as const;

const WEATHERS: Readonly<Record<string, Weather>> = {
  late: { latencyMs: [50, 250] },
  "reset after 100 kB": { resetAfterBytes: 100_000 },
  "byte by byte": { byteWise: true },
};

const badNetwork = (network: NonNullable<Setup["network"]>, between: string): Scenario => ({
  name: `bad-network-${network}`,
  fault: `The network between ${between} is late (100 to 500 ms there and back), resets, delivers byte by byte`,
  setup: () => ({ network, perSecond: 12 }),
  slowNetwork: network === "ingest",
  inject: async (world) => {
    for (const [name, weather] of Object.entries(WEATHERS)) {
      const resetAfterBytes =
        network === "ingest" && weather.resetAfterBytes !== undefined
          ? 1_000
          : weather.resetAfterBytes;
      for (const proxy of world.proxies) proxy.weather = { ...weather, resetAfterBytes };
      const before = world.log.count(200);
      await world.seconds(world.pick(4, 60));
      world.note(`${name}: ${world.log.count(200) - before} delivered`);
    }
    for (const proxy of world.proxies) proxy.weather = {};
  },
});

const deadConnections = (network: "redis" | "postgres", between: string): Scenario => ({
  name: `dead-connections-${network}`,
  fault: `The connections between ${between} carry nothing more and nobody is told; new ones work`,
  setup: () => ({ network, perSecond: 40 }),
  inject: async (world) => {
    for (let round = 0; round < world.pick(1, 10); round++) {
      if (network === "postgres") await killWithinTransaction(world);
      else for (const proxy of world.proxies) proxy.killSilently();
      await world.seconds(1);
      const seconds = await world.within(
        RECOVERS_WITHIN[network],
        "the fleet works again by itself",
        () => flows(world),
      );
      world.note(`worked again after ${(seconds + 1).toFixed(0)} s`);
      if (network === "postgres") {
        const cleared = await world.within(
          RECOVERS_WITHIN.postgres,
          "no dead session holds locks",
          async () => (await sessionsInTransaction(world, 5)) === 0,
        );
        world.note(`its locks were free after ${(seconds + cleared + 1).toFixed(0)} s`);
      }
      for (const proxy of world.proxies) proxy.resetDead();
    }
  },
});

/** Sessions of the workers that have been in a transaction and silent for so many seconds. */
async function sessionsInTransaction(world: World, seconds: number): Promise<number> {
  const { rowCount } = await world.pool.query(
    `select from pg_stat_activity where datname = current_database() and application_name = 'tallyman-worker'
       and state = 'idle in transaction' and state_change <= now() - $1 * interval '1 second'`,
    [seconds],
  );
  return rowCount ?? 0;
}

/** Kills connections at an instant at which a session is left with an open transaction, and so with its locks. */
async function killWithinTransaction(world: World): Promise<void> {
  await world.within(30, "a session was left within a transaction", async () => {
    if ((await sessionsInTransaction(world, 0)) === 0) return false;
    for (const proxy of world.proxies) proxy.killSilently();
    await world.seconds(0.5);
    return (await sessionsInTransaction(world, 0.4)) > 0;
  });
}

export const NETWORK_SCENARIOS = [
  badNetwork("redis", "apps and Redis"),
  badNetwork("postgres", "workers and Postgres"),
  badNetwork("ingest", "registries and ingest"),
  deadConnections("redis", "apps and Redis"),
  deadConnections("postgres", "workers and Postgres"),
];
