import { join } from "node:path";
import { readRedisSettings } from "@tallyman/queue";
import { Redis } from "ioredis";
import { findTool } from "./tool.ts";
import { startRedisServer } from "./redis-server.ts";

/** Where the queue is when nothing else is said. */
const DEFAULT_URL = "redis://127.0.0.1:6379";

/** Milliseconds in which a Redis that is there has answered. */
const ANSWER_TIMEOUT = 1_000;

export interface LocalQueue {
  readonly url: string;
  /** Whether it would lose acknowledged events with a restart, which is good enough for a try. */
  readonly volatile: boolean;
  /** For a person: which queue this is and why. */
  readonly description: string;
  stop(): Promise<void>;
}

/**
 * The best queue this machine has: a Redis that answers at QUEUE_URL, a Redis of our own when the program is there, and
 * otherwise BullMQ's tables in the database.
 *
 * @param queueUrl the QUEUE_URL that was asked for, if any; a bare `postgres://` asks for the database of `npm start`
 * @param directory where a Redis of our own keeps its data
 * @throws Error when a QUEUE_URL was asked for and does not answer
 */
export async function localQueue(
  queueUrl: string | undefined,
  databaseUrl: string,
  directory: string,
): Promise<LocalQueue> {
  const wanted = queueUrl || DEFAULT_URL;
  if (wanted === "postgres://") return elsewhere(databaseUrl, "in the database, as asked for");
  if (/^postgres(ql)?:/.test(wanted)) return elsewhere(wanted, "Postgres at QUEUE_URL");

  const { host } = new URL(wanted);
  const verdict = await look(wanted);
  if (verdict !== undefined && verdict.evicting === undefined) {
    const warning = verdict.volatile ? ", which keeps its data in memory only" : "";
    return {
      ...elsewhere(wanted, `the Redis that answers at ${host}${warning}`),
      volatile: verdict.volatile,
    };
  }
  if (queueUrl) {
    const reason = verdict?.evicting ?? "does not answer";
    throw new Error(
      `The Redis at QUEUE_URL (${host}) ${reason}. Put it right, or unset QUEUE_URL.`,
    );
  }
  const tool = findTool("redis-server");
  if (tool === undefined) {
    return elsewhere(databaseUrl, "in the database, since there is no Redis here");
  }
  const redis = await startRedisServer({ tool, directory: join(directory, "redis") });
  return {
    ...elsewhere(redis.url, `a Redis of its own on port ${redis.port}`),
    stop: () => redis.stop(),
  };
}

/** A queue that is there already and that others stop. */
function elsewhere(url: string, description: string): LocalQueue {
  return { url, description, volatile: false, stop: nothing };
}

async function nothing(): Promise<void> {}

/** What a Redis is good for; undefined when none answers. */
async function look(
  url: string,
): Promise<{ volatile: boolean; evicting: string | undefined } | undefined> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: ANSWER_TIMEOUT,
    commandTimeout: ANSWER_TIMEOUT,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    const { maxmemoryPolicy, appendonly } = await readRedisSettings(redis);
    const evicts = maxmemoryPolicy !== undefined && maxmemoryPolicy !== "noeviction";
    return {
      volatile: appendonly === "no",
      evicting: evicts
        ? `drops data when it is full (maxmemory-policy ${maxmemoryPolicy})`
        : undefined,
    };
  } catch {
    return undefined;
  } finally {
    redis.disconnect();
  }
}
