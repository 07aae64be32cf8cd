import { PostgresQueueBackend, RedisQueueBackend } from "bullmq";
import type { JobQueue } from "./bullmq-backend.ts";

/** Both in one step: between two a worker could take the job and be done with it. */
const REDIS_SCRIPT = {
  numberOfKeys: 1,
  lua: `local id = redis.call("LINDEX", KEYS[1], -1)
return id and redis.call("HGET", ARGV[1] .. id, "timestamp")`,
};

const POSTGRES_QUERY = `select added_at_ms::text as added from job
where queue = $1 and state = 'waiting' order by priority, seq limit 1`;

/**
 * When the job that is next in line was put into the queue; undefined when none waits. BullMQ itself would read all of
 * the job for it, up to megabytes, and in Postgres that of the job which came last.
 *
 * @throws when the queue cannot be reached
 */
export async function oldestWaiting(queue: JobQueue): Promise<Date | undefined> {
  const added = await addedAt(queue);
  return added === undefined || added === null ? undefined : new Date(Number(added));
}

/** In milliseconds since 1970. */
async function addedAt(queue: JobQueue): Promise<string | null | undefined> {
  const backend = queue.getBackend();
  if (backend instanceof PostgresQueueBackend) {
    const { pool } = backend.connection;
    const { rows } = await pool.query<{ added: string }>(POSTGRES_QUERY, [queue.name]);
    return rows[0]?.added;
  }
  if (!(backend instanceof RedisQueueBackend)) throw new Error("This queue is nowhere known.");
  const client = await backend.client;
  client.defineCommand("oldestWaiting", REDIS_SCRIPT);
  return client.runCommand("oldestWaiting", [backend.toKey("wait"), backend.toKey("")]);
}
