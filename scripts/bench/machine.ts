import { readFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import type { Redis } from "ioredis";
import type { BenchContext } from "./bench-context.ts";

/** What the figures depend on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  /** Average number of running processes in the last minute before the run: what others were doing. */
  readonly loadBefore: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

const POSTGRES_SETTINGS = [
  "fsync",
  "synchronous_commit",
  "full_page_writes",
  "shared_buffers",
  "max_wal_size",
  "wal_level",
  "track_commit_timestamp",
];
const REDIS_SETTINGS = ["appendonly", "appendfsync", "maxmemory-policy"];
const PACKAGES = ["bullmq", "ioredis", "express", "pg", "knex"];

export async function describeMachine(context: BenchContext, loadBefore: number): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    loadBefore,
    versions: {
      node: process.versions.node,
      postgres: context.services.postgresVersion,
      redis: await redisVersion(context.redis),
      ...(await packageVersions()),
    },
    settings: {
      ...(await context.databases.settings(POSTGRES_SETTINGS)),
      ...(await redisSettings(context.redis)),
    },
  };
}

/** Average number of running processes in the last minute. */
export function currentLoad(): number {
  return loadavg()[0] ?? Number.NaN;
}

async function redisVersion(redis: Redis): Promise<string> {
  const info = await redis.info("server");
  return /redis_version:(\S+)/.exec(info)?.[1] ?? "unknown";
}

async function redisSettings(redis: Redis): Promise<Record<string, string>> {
  const settings: Record<string, string> = {};
  for (const name of REDIS_SETTINGS) {
    const [, value] = (await redis.config("GET", name)) as string[];
    settings[name] = value ?? "unknown";
  }
  return settings;
}

async function packageVersions(): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const name of PACKAGES) {
    const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
    const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
    versions[name] = version;
  }
  return versions;
}
