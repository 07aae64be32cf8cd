import { join } from "node:path";
import { Redis } from "ioredis";
import { findTool } from "./tool.ts";
import { startRedisServer } from "./redis-server.ts";

/** Where the queue is when nothing else is said. */
const DEFAULT_URL = "redis://127.0.0.1:6379";

/** Milliseconds in which a Redis that is there has answered. */
const ANSWER_TIMEOUT = 1_000;

export interface LocalQueue {
  readonly url: string;
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
  if (wanted === "postgres://") {
    return { url: databaseUrl, description: "in the database, as asked for", stop: nothing };
  }
  if (/^postgres(ql)?:/.test(wanted)) {
    return { url: wanted, description: "Postgres at QUEUE_URL", stop: nothing };
  }
  if (await answers(wanted)) {
    return {
      url: wanted,
      description: `the Redis that answers at ${new URL(wanted).host}`,
      stop: nothing,
    };
  }
  if (queueUrl) {
    throw new Error(
      `No Redis answers at QUEUE_URL (${new URL(wanted).host}). Start it, or unset QUEUE_URL.`,
    );
  }
  const tool = findTool("redis-server");
  if (tool === undefined) {
    return {
      url: databaseUrl,
      description: "in the database, since there is no Redis here",
      stop: nothing,
    };
  }
  const redis = await startRedisServer({ tool, directory: join(directory, "redis") });
  return {
    url: redis.url,
    description: `a Redis of its own on port ${redis.port}`,
    stop: () => redis.stop(),
  };
}

async function nothing(): Promise<void> {}

async function answers(url: string): Promise<boolean> {
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
    return (await redis.ping()) === "PONG";
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
