import { connect, type Socket } from "node:net";
import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";

/** Longest time that an app may take to stop, in milliseconds: orchestrators kill after 30 s. */
const LONGEST_STOP_MS = 25_000;

/** Longest time that a slow client may hold its connection. */
const LONGEST_HOLD_MS = 10_000;

const ingestKilled: Scenario = {
  name: "ingest-killed",
  fault: "Ingest is killed (`kill -9`) again and again",
  inject: async (world) => {
    for (let kill = 0; kill < world.pick(6, 50); kill++) {
      const slot = world.random.pick(world.fleet.ingests);
      await slot.kill();
      await world.seconds(0.2);
      await slot.start();
      await world.seconds(world.random.between(0.2, 0.8));
    }
    world.note(`${world.pick(6, 50)} kills`);
  },
};

const rollingDeploy: Scenario = {
  name: "rolling-deploy",
  fault: "Ingests and workers are replaced one after the other (SIGTERM)",
  inject: async (world) => {
    let longest = 0;
    for (let round = 0; round < world.pick(2, 20); round++) {
      for (const slot of world.fleet.all) {
        const { ending, ms } = await slot.terminate();
        longest = Math.max(longest, ms);
        world.expect(
          ending.code === 0,
          `${slot.options.name} ended with ${ending.code ?? ending.signal}`,
        );
        await slot.start();
      }
    }
    world.expect(longest <= LONGEST_STOP_MS, `an app took ${Math.round(longest)} ms to stop`);
    world.note(`slowest stop ${Math.round(longest)} ms`);
  },
};

const stoppedInOutage: Scenario = {
  name: "stopped-in-outage",
  fault: "Everything is stopped (SIGTERM) while Redis is away, and again while Postgres is",
  inject: async (world) => {
    const { redis, postgres } = world;
    for (const [name, server] of Object.entries({ redis, postgres })) {
      await server.kill();
      await world.seconds(2);
      const ends = await Promise.all(
        world.fleet.all.map(async (slot) => ({ ...(await slot.terminate()), ...slot.options })),
      );
      for (const { ending, ms, name: app } of ends) {
        const how = `${app} ended with ${ending.code ?? ending.signal} after ${Math.round(ms)} ms without ${name}`;
        world.expect(ending.code === 0 && ms <= LONGEST_STOP_MS, how);
      }
      world.note(
        `slowest stop without ${name} ${Math.round(Math.max(...ends.map(({ ms }) => ms)))} ms`,
      );
      await server.start();
      for (const slot of world.fleet.all) await slot.start();
      await world.seconds(1);
    }
  },
};

const slowClients: Scenario = {
  name: "slow-clients",
  fault: "Hundreds of clients send a byte a second",
  inject: async (world) => {
    const sockets = openSlowClients(world, world.pick(200, 1_000));
    const timer = setInterval(() => {
      for (const { socket } of sockets) if (!socket.destroyed) socket.write("x");
    }, 1_000);
    const left = (): number => sockets.filter(({ socket }) => !socket.destroyed).length;
    await world.within(14, "slow clients are cut off", async () => left() === 0);
    clearInterval(timer);
    for (const { socket } of sockets) socket.destroy();
    const longest = Math.max(...sockets.map(({ heldMs }) => heldMs()));
    world.expect(longest <= LONGEST_HOLD_MS, `a slow client was cut after ${longest} ms`);
    world.note(`${sockets.length} slow clients, held at most ${(longest / 1_000).toFixed(1)} s`);
    world.note(`p99 of the others ${Math.round(world.log.percentile(0.99))} ms`);
  },
};

function openSlowClients(
  world: World,
  count: number,
): { readonly socket: Socket; readonly heldMs: () => number }[] {
  return Array.from({ length: count }, (_, index) => {
    const { hostname, port } = new URL(world.fleet.urls[index % world.fleet.urls.length] ?? "");
    const socket = connect(Number(port), hostname);
    const openedAt = performance.now();
    let closedAt: number | undefined;
    socket.on("error", () => undefined);
    // Without a reader the end of the connection would never be seen.
    socket.resume();
    socket.on("close", () => (closedAt = performance.now()));
    // Half of them are slow with their head, half with their body.
    socket.write("POST /notifications HTTP/1.1\r\nHost: slow\r\n");
    if (index % 2 === 0) {
      socket.write("Authorization: chaos-secret-of-alpha\r\nContent-Length: 500\r\n\r\n");
    } else socket.write("X-Slow: ");
    return { socket, heldMs: () => (closedAt ?? performance.now()) - openedAt };
  });
}

const recoverySurge: Scenario = {
  name: "recovery-surge",
  fault: "20 registries release what has gathered, all at once",
  setup: (full) => ({ instances: 20, backlog: full ? 3_000 : 300, perSecond: 5 }),
  inject: async (world) => {
    const waiting = (): number => world.emulators.reduce((sum, { waiting: own }) => sum + own, 0);
    const backlog = waiting();
    const seconds = await world.within(
      240,
      "the backlog is delivered",
      async () => waiting() < 100,
    );
    world.note(`${backlog} events waited, delivered in ${seconds.toFixed(0)} s`);
    world.note(`p99 ${Math.round(world.log.percentile(0.99))} ms`);
  },
};

export const INGEST_SCENARIOS = [
  ingestKilled,
  rollingDeploy,
  stoppedInOutage,
  slowClients,
  recoverySurge,
];
