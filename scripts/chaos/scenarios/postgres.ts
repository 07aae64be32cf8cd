import { childrenOf, signalAll } from "../servers/process-tree.ts";
import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";
import { postgresGone } from "./postgres-gone.ts";

/** Milliseconds after which a worker gives a statement up, and 3 s more. */
const PAST_QUERY_TIMEOUT = 18;

const postgresKilled: Scenario = {
  name: "postgres-killed",
  fault: "Postgres is killed (`kill -9`): the whole of it, or one session, which makes it recover",
  inject: async (world) => {
    for (let kill = 0; kill < world.pick(4, 20); kill++) {
      if (kill % 2 === 0) {
        await world.postgres.kill();
        await world.seconds(world.random.between(0.2, 1));
        await world.postgres.start();
      } else {
        await killSession(world);
      }
      await world.seconds(world.random.between(1, 2));
    }
    world.note(`${world.pick(4, 20)} kills`);
  },
};

async function killSession(world: World): Promise<void> {
  const { rows } = await world.pool.query<{ pid: number }>(
    "select pid from pg_stat_activity where application_name = 'tallyman-worker' and datname = current_database()",
  );
  const [session] = rows;
  if (session !== undefined) signalAll([session.pid], "SIGKILL");
}

const postgresFrozen: Scenario = {
  name: "postgres-frozen",
  fault: "Postgres is frozen past the deadline of a statement (SIGSTOP)",
  inject: async (world) => {
    for (let round = 0; round < world.pick(1, 5); round++) {
      await world.postgres.freeze();
      await world.seconds(PAST_QUERY_TIMEOUT);
      await world.postgres.thaw();
      await world.seconds(2);
    }
  },
};

const sessionsTerminated: Scenario = {
  name: "sessions-terminated",
  fault: "All sessions of the workers are terminated every 2 s",
  inject: async (world) => {
    let terminated = 0;
    for (let round = 0; round < world.pick(5, 300); round++) {
      await world.seconds(2);
      const { rows } = await world.pool.query<{ pid: number }>(
        "select pg_terminate_backend(pid), pid from pg_stat_activity where application_name = 'tallyman-worker' and datname = current_database()",
      );
      terminated += rows.length;
    }
    world.note(`${terminated} sessions`);
  },
};

const postgresDiskFull: Scenario = {
  name: "postgres-disk-full",
  fault: "The disk of the tables is full (53100)",
  setup: () => ({ postgresDisk: 96 }),
  inject: async (world) => {
    await world.disk?.fill(200_000);
    await world.within(30, "a worker complains that the disk is full", async () => {
      const logs = await Promise.all(world.fleet.workers.map((worker) => worker.log()));
      return logs.some((log) => log.includes("53100"));
    });
    await world.seconds(world.pick(5, 60));
    await world.disk?.clear();
  },
};

const sessionsFrozen: Scenario = {
  name: "postgres-session-frozen",
  fault: "One session of a worker is frozen within a transaction, past the deadline of a statement",
  inject: async (world) => {
    const children = await childrenOf(await world.postgres.pid());
    const { rows } = await world.pool.query<{ pid: number }>(
      "select pid from pg_stat_activity where application_name = 'tallyman-worker' and datname = current_database() order by state = 'idle' limit 1",
    );
    const frozen = rows.map(({ pid }) => pid).filter((pid) => children.includes(pid));
    signalAll(frozen, "SIGSTOP");
    await world.seconds(PAST_QUERY_TIMEOUT);
    signalAll(frozen, "SIGCONT");
  },
};

const queueInPostgres: Scenario = {
  name: "queue-in-postgres",
  fault:
    "With the queue in Postgres as well: it is killed, frozen, and all its sessions are terminated",
  setup: () => ({ queueInPostgres: true, locks: "short", perSecond: 20 }),
  inject: async (world) => {
    for (let round = 0; round < world.pick(1, 10); round++) {
      await world.postgres.kill();
      await world.seconds(2);
      await world.postgres.start();
      await world.seconds(3);
      await world.postgres.freeze();
      await world.seconds(4);
      await world.postgres.thaw();
      await world.seconds(2);
      await world.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      await world.seconds(2);
    }
  },
};

export const POSTGRES_SCENARIOS = [
  queueInPostgres,
  postgresKilled,
  postgresFrozen,
  sessionsFrozen,
  postgresGone,
  sessionsTerminated,
  postgresDiskFull,
];
