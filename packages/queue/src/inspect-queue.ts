import { Redis } from "ioredis";
import pg from "pg";
import { isRedis, openJobQueue, type JobQueue, type QueueLocation } from "./bullmq-backend.ts";
import type { QueueDepth } from "./notification-queue.ts";
import { oldestWaiting } from "./oldest-waiting.ts";
import { depthOf } from "./queue-depth.ts";
import { judgeRedis, readRedisSettings, type RedisVerdict } from "./redis-settings.ts";
import { replicaFault } from "./replica.ts";

/** Milliseconds that one question may take. */
const TIMEOUT_MS = 3_000;

/** What somebody who looks after a queue wants to know about it. */
export interface QueueInspection {
  /** For example `Redis 7.0.15` or `Postgres 17.2`. */
  readonly server: string;
  /** Whether it keeps what it confirms; Postgres does. */
  readonly verdict: RedisVerdict;
  /** Bytes; `limit` is Redis' maxmemory, 0 when it has none. Undefined on Postgres. */
  readonly memory: { readonly used: number; readonly limit: number } | undefined;
  readonly depth: QueueDepth;
  /** When the oldest job that waits was put there. */
  readonly oldestWaitingAt: Date | undefined;
  /** Workers that are connected; undefined when the server does not tell. */
  readonly workers: number | undefined;
}

/**
 * Looks at a queue once, changing nothing in it.
 *
 * @param allowVolatile accepts a Redis that keeps its data in memory only
 * @throws the connection's own error when the queue cannot be reached or is not set up
 */
export async function inspectQueue(
  location: QueueLocation,
  allowVolatile: boolean,
): Promise<QueueInspection> {
  const server = isRedis(location)
    ? await inspectRedis(location.url, allowVolatile)
    : await inspectPostgres(location.url);
  const errors: Error[] = [];
  const queue = openJobQueue(
    location,
    {
      connectTimeout: TIMEOUT_MS,
      commandTimeout: TIMEOUT_MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      // A replica can be looked at as well.
      reconnectOnError: null,
    },
    { max: 1, connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS },
  );
  queue.on("error", (error) => errors.push(error));
  try {
    await queue.waitUntilReady();
    return {
      ...server,
      depth: await depthOf(queue),
      oldestWaitingAt: await oldestWaiting(queue),
      workers: await countWorkers(queue),
    };
  } catch (error) {
    throw errors[0] ?? error;
  } finally {
    await queue.close().catch(() => undefined);
  }
}

type ServerInspection = Pick<QueueInspection, "server" | "verdict" | "memory">;

async function inspectRedis(url: string, allowVolatile: boolean): Promise<ServerInspection> {
  const errors: Error[] = [];
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on("error", (error: Error) => errors.push(error));
  try {
    await redis.connect();
    const info = await redis.info();
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
    const valkey = field("valkey_version");
    const verdict = judgeRedis(await readRedisSettings(redis), allowVolatile);
    return {
      server: valkey === undefined ? `Redis ${field("redis_version")}` : `Valkey ${valkey}`,
      verdict: { ...verdict, faults: [replicaFault(info) ?? [], verdict.faults].flat() },
      memory: { used: Number(field("used_memory") ?? 0), limit: Number(field("maxmemory") ?? 0) },
    };
  } catch (error) {
    // "Connection is closed." is what follows; why it was closed came before.
    throw errors[0] ?? error;
  } finally {
    redis.disconnect();
  }
}

async function inspectPostgres(url: string): Promise<ServerInspection> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "tallyman-cli",
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>("show server_version");
    return {
      server: `Postgres ${rows[0]?.server_version}`,
      verdict: { faults: [], warnings: [] },
      memory: undefined,
    };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** BullMQ finds workers by the names of their connections, which not every login may list. */
async function countWorkers(queue: JobQueue): Promise<number | undefined> {
  try {
    const workers = await queue.getWorkers();
    // BullMQ's stand-in where the server has no such command.
    return workers.some(({ name }) => name?.includes("does not support") ?? false)
      ? undefined
      : workers.length;
  } catch (error) {
    if (/NOPERM|unknown command|not allowed|disabled/i.test((error as Error).message))
      return undefined;
    throw error;
  }
}
