import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "./free-port.ts";
import { lastLines } from "./last-lines.ts";
import { redisAnswers } from "./redis-answers.ts";
import { startServiceProcess, type StopStep } from "./service-process.ts";
import type { Tool } from "./tool.ts";

/** How often another port is tried when somebody took the one we chose. */
const PORT_ATTEMPTS = 5;

/** SIGTERM lets Redis write what it holds. */
const STOP_STEPS: readonly StopStep[] = [{ signal: "SIGTERM", grace: 10_000 }];

export interface RedisServerOptions {
  /** Keeps the data from one start to the next; without one they lie in a temporary directory and go with `stop`. */
  readonly directory?: string;
  /** A free one unless given. */
  readonly port?: number;
  /** `redis-server` or `valkey-server`, see `findTool`. */
  readonly tool: Tool;
  /** More settings, as in `redis.conf`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Shuts down cleanly and removes a temporary directory. Idempotent, also after `kill`. */
  stop(): Promise<void>;
  /** Ends it as a power cut would, and leaves the directory as it is. Idempotent. */
  kill(): Promise<void>;
}

/**
 * Starts a Redis on 127.0.0.1 that loses nothing it has acknowledged: each write is on the disk before the answer, and
 * a full memory refuses writes rather than drop keys. When this process dies without `stop`, a guard stops Redis.
 *
 * Rejects with the end of its log.
 */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  const { tool } = options;
  const temporary =
    options.directory === undefined ? await mkdtemp(join(tmpdir(), "tallyman-redis-")) : undefined;
  const wanted = temporary ?? resolve(options.directory ?? "");
  await mkdir(wanted, { recursive: true });
  const directory = await realpath(wanted);
  const log = join(directory, "redis.log");
  const removeTemporary = async (): Promise<void> => {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  };

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    try {
      const server = await startServiceProcess({
        command: tool.command,
        args: [...tool.args, ...settingArguments({ directory, port, settings: options.settings })],
        log,
        cwd: directory,
        orphanSignal: "SIGTERM",
      });
      if (!(await redisAnswers({ port, directory, server }))) {
        await server.stop(STOP_STEPS);
        throw new Error("Redis does not answer");
      }
      return {
        url: `redis://127.0.0.1:${port}`,
        port,
        pid: server.pid,
        stop: () => server.stop(STOP_STEPS).then(removeTemporary),
        kill: () => server.stop([]),
      };
    } catch (cause) {
      const quote = await lastLines(log);
      const isPortTaken = quote.includes("Address already in use");
      if (isPortTaken && options.port === undefined && attempt < PORT_ATTEMPTS) continue;
      await removeTemporary();
      throw new Error(
        `Redis (${tool.command}) did not start on port ${port}. Its log ends with:\n${quote}`,
        { cause },
      );
    }
  }
}

function settingArguments({
  directory,
  port,
  settings,
}: {
  directory: string;
  port: number;
  settings: Readonly<Record<string, string>> | undefined;
}): string[] {
  const all = {
    port: String(port),
    bind: "127.0.0.1",
    dir: directory,
    daemonize: "no",
    // The append-only file is the truth; snapshots beside it would only cost.
    save: "",
    appendonly: "yes",
    appendfsync: "always",
    "maxmemory-policy": "noeviction",
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
}
