import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../local/embedded-postgres.ts";
import { startRedisServer, type RedisServer } from "../local/redis-server.ts";
import { requireTools } from "../local/tool.ts";

/** What the contenders share. All are durable: nothing here is acknowledged before it is on the disk. */
export const POSTGRES_SETTINGS = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "1GB",
  max_wal_size: "8GB",
  max_connections: "60",
  // Tells when each event became visible.
  track_commit_timestamp: "on",
} as const;
export const REDIS_SETTINGS = { appendonly: "yes", appendfsync: "always" } as const;

export interface Services {
  /** Of a superuser, on the database `tallyman`. */
  readonly postgresUrl: string;
  readonly postgresVersion: string;
  readonly redis: RedisServer;
  /** Stops both and removes their data. */
  stop(): Promise<void>;
}

/** Starts an empty Postgres and an empty Redis on free ports of 127.0.0.1, with data in the temporary directory. */
export async function startServices(options: {
  /** Bytes that must be free in the temporary directory. */
  readonly diskBytes: number;
  readonly report: (line: string) => void;
}): Promise<Services> {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < options.diskBytes) {
    throw new Error(
      `The benchmark needs ${Math.ceil(options.diskBytes / 1e9)} GB in ${tmpdir()}. Make room, or set TMPDIR to a directory that has it.`,
    );
  }
  const tools = await requireTools(["redis-server"], options.report);
  const directory = await mkdtemp(join(tmpdir(), "tallyman-bench-"));
  const closers: (() => Promise<unknown>)[] = [
    () => rm(directory, { recursive: true, force: true }),
  ];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const postgres = await startEmbeddedPostgres({
      directory,
      settings: POSTGRES_SETTINGS,
      report: options.report,
    });
    closers.push(() => postgres.stop());
    const redis = await startRedisServer({
      tool: tools["redis-server"],
      settings: REDIS_SETTINGS,
    });
    closers.push(() => redis.stop());
    return { postgresUrl: postgres.url, postgresVersion: postgres.version, redis, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
