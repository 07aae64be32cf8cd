import {
  createPostgresBackend,
  Queue,
  runMigrations,
  Worker,
  type IQueueBackend,
  type Job,
  type JobsOptions,
  type JobType,
  type PostgresPoolConfig,
  type RedisOptions,
  type WorkerOptions,
} from "bullmq";
import pg from "pg";
import { DrainingRedis } from "./draining-redis.ts";
import type { JobData } from "./job-data.ts";
import type { Connected } from "./reopening.ts";
import { isRefusedByReplica } from "./replica.ts";

/** Where a queue lives. The namespace is a key prefix in Redis and a schema in Postgres; tests give each its own. */
export interface QueueLocation {
  readonly url: string;
  readonly namespace?: string | undefined;
}

/** The part of BullMQ's Queue that we use, which both backends have. */
export interface JobQueue extends Connected {
  readonly name: string;
  add(name: string, data: JobData, options: JobsOptions): Promise<unknown>;
  getJobCounts(...types: JobType[]): Promise<Record<string, number>>;
  /** @param ascending the oldest first */
  getJobs(types: JobType[], start: number, end: number, ascending: boolean): Promise<Job[]>;
  getBackend(): IQueueBackend;
  /** The connections of the workers. */
  getWorkers(): Promise<{ readonly name?: string }[]>;
}

/** The part of BullMQ's Worker that we use, which both backends have. */
export interface JobWorker extends Connected {
  /** Most jobs at once; may be changed at any time. */
  concurrency: number;
  /** Takes jobs until it is closed. */
  run(): Promise<void>;
}

const QUEUE_NAME = "notifications";

/** The braces are a hash tag: on a Redis Cluster all keys of the queue share a slot, as its scripts need. */
const REDIS_PREFIX = "{tallyman}";

const POSTGRES_SCHEMA = "bullmq";

/**
 * BullMQ notes every step of a job in an event stream, which nobody here reads. The shortest useful stream keeps
 * Redis' memory for jobs.
 */
const EVENT_STREAM_LENGTH = 100;

/** A connection to a queue in Postgres that swallows bytes would otherwise keep a worker waiting for ever. */
const POSTGRES_QUERY_TIMEOUT_MS = 15_000;

/** Whether the URL picks Redis; otherwise it picks Postgres. @throws when it picks neither */
export function isRedis(location: QueueLocation): boolean {
  if (/^rediss?:\/\//.test(location.url)) return true;
  if (/^postgres(ql)?:\/\//.test(location.url)) return false;
  throw new Error("The queue's URL must start with redis://, rediss:// or postgres://.");
}

/** Opens BullMQ's queue on the backend that the URL's scheme picks. */
export function openJobQueue(
  location: QueueLocation,
  redis: RedisOptions,
  postgres: pg.PoolConfig,
): JobQueue {
  const streams = { events: { maxLen: EVENT_STREAM_LENGTH } };
  return isRedis(location)
    ? new Queue(QUEUE_NAME, { ...redisOptions(location, redis), streams })
    : new Queue(QUEUE_NAME, postgresOptions(location, postgres), createPostgresBackend);
}

/** Opens BullMQ's worker on the backend that the URL's scheme picks. It takes no jobs before it is run. */
export function openJobWorker(
  location: QueueLocation,
  process: (job: Job<unknown>, token?: string) => Promise<void>,
  options: Omit<WorkerOptions, "connection" | "autorun">,
): JobWorker {
  const all = { ...options, autorun: false };
  if (isRedis(location)) return openRedisWorker(location, process, all);
  return new Worker(
    QUEUE_NAME,
    process,
    { ...postgresOptions(location, { max: 4, query_timeout: POSTGRES_QUERY_TIMEOUT_MS }), ...all },
    createPostgresBackend,
  );
}

function openRedisWorker(
  location: QueueLocation,
  process: (job: Job<unknown>, token?: string) => Promise<void>,
  options: Omit<WorkerOptions, "connection">,
): JobWorker {
  const connection = new DrainingRedis(location.url, { retryStrategy });
  const prefix = location.namespace ?? REDIS_PREFIX;
  const worker = new Worker(QUEUE_NAME, process, { ...options, connection, prefix });
  // A connection that BullMQ was given is not BullMQ's to end.
  worker.once("closed", () => connection.disconnect());
  return worker;
}

/** The longest wait between two attempts to reach Redis. BullMQ's own grow to 20 s, in which a worker would stand idle. */
const LONGEST_RETRY_DELAY_MS = 1_000;

/** Milliseconds until the next attempt to reach Redis. */
export function retryStrategy(attempt: number): number {
  return Math.min(50 * 2 ** attempt, LONGEST_RETRY_DELAY_MS);
}

function redisOptions(location: QueueLocation, redis: RedisOptions) {
  const connection: RedisOptions = {
    reconnectOnError: isRefusedByReplica,
    ...redis,
    url: location.url,
  };
  return { connection, prefix: location.namespace ?? REDIS_PREFIX };
}

function postgresOptions(location: QueueLocation, pool: pg.PoolConfig) {
  const connection: PostgresPoolConfig = {
    ...(pool as object),
    connectionString: location.url,
    schema: location.namespace ?? POSTGRES_SCHEMA,
  };
  return { connection };
}

/**
 * Makes the queue's own tables. Nothing to do on Redis; on Postgres BullMQ's migrations run, safely also when many
 * start at once. The login needs CREATE on the database.
 */
export async function migrateQueue(location: QueueLocation): Promise<void> {
  if (isRedis(location)) return;
  const pool = new pg.Pool({ connectionString: location.url, max: 1 });
  const client = await pool.connect();
  try {
    await runMigrations(client, location.namespace ?? POSTGRES_SCHEMA);
  } finally {
    client.release();
    await pool.end();
  }
}
