import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { startRedisServer, type RedisServer } from "../../local/redis-server.ts";
import type { ChaosRedis } from "./redis.ts";

const SETTINGS = { "repl-diskless-sync-delay": "0" };

/** For each step of a replication between two servers of one machine. */
const DEADLINE_MS = 20_000;

/** A second Redis, which follows the run's own and takes its place. */
export class RedisReplica {
  readonly #first: ChaosRedis;
  readonly #second: RedisServer;

  private constructor(first: ChaosRedis, second: RedisServer) {
    this.#first = first;
    this.#second = second;
  }

  /** @param port by which it reaches the primary */
  static async start(first: ChaosRedis, port = first.port): Promise<RedisReplica> {
    const second = await startRedisServer({ tool: first.tool, settings: SETTINGS });
    const replica = new RedisReplica(first, second);
    await ask(second.port, (redis) => redis.replicaof("127.0.0.1", port));
    await untilFollows(second.port);
    return replica;
  }

  get port(): number {
    return this.#second.port;
  }

  /** The primary waits until the replica has everything, and becomes its replica. No connection is closed. */
  async takeOver(): Promise<void> {
    await handOver(this.#first.port, this.port);
  }

  /** What it has not received is lost. */
  async promote(): Promise<void> {
    await ask(this.port, (redis) => redis.replicaof("NO", "ONE"));
  }

  /** The other way; a primary that was killed follows again first, and loses what it alone had. */
  async giveBack(): Promise<void> {
    await ask(this.#first.port, (redis) => redis.replicaof("127.0.0.1", this.port));
    await untilFollows(this.#first.port);
    await handOver(this.port, this.#first.port);
  }

  async stop(): Promise<void> {
    // Told to stop, a primary would wait for its replicas.
    await this.#second.kill();
    await this.#second.stop();
  }
}

async function handOver(from: number, to: number): Promise<void> {
  await ask(from, (redis) =>
    until(`${from} hands over`, () =>
      // It is refused until the primary has heard of its replica, too.
      redis.call("FAILOVER", "TO", "127.0.0.1", String(to)).then(
        () => true,
        () => false,
      ),
    ),
  );
  await untilFollows(from);
}

async function untilFollows(port: number): Promise<void> {
  await ask(port, (redis) =>
    until(`${port} follows`, async () => {
      const info = await redis.info("replication");
      return info.includes("role:slave") && info.includes("master_link_status:up");
    }),
  );
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + DEADLINE_MS; !(await condition());) {
    if (performance.now() > deadline) throw new Error(`not within ${DEADLINE_MS} ms: ${what}`);
    await wait(20);
  }
}

async function ask(port: number, question: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(port, "127.0.0.1");
  redis.on("error", () => undefined);
  try {
    await question(redis);
  } finally {
    redis.disconnect();
  }
}
