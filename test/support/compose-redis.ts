import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startRedisServer, type RedisServer } from "../../scripts/local/redis-server.ts";
import { toolFromTestRun } from "./environment.ts";

const COMPOSE = new URL("../../docker-compose.yml", import.meta.url);
const CONFIGURATION = new URL("../../deploy/redis/redis.conf", import.meta.url);

const VALUES: Readonly<Record<string, string>> = {
  REDIS_MAXMEMORY: "64mb",
  REDIS_PASSWORD: "the-password-of-the-processes",
  REDIS_ADMIN_PASSWORD: "the-password-of-the-person-on-call",
};

/** A Redis with the configuration, the logins and the rights that it has in production. */
export interface ComposeRedis extends RedisServer {
  /** With the login of the processes. */
  readonly processUrl: string;
  /** With the login of the person on call. */
  readonly adminUrl: string;
}

/** Starts Redis as docker-compose.yml does, with its data in the directory. */
export async function startComposeRedis(directory: string, port?: number): Promise<ComposeRedis> {
  const tool = toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER");
  const configuration = join(directory, "redis.conf");
  // In the container its data are in a volume.
  const text = readFileSync(CONFIGURATION, "utf8").replace(/^dir .*$/m, `dir ${directory}`);
  writeFileSync(configuration, text);
  const server = await startRedisServer({
    tool: { command: tool.command, args: [...tool.args, configuration, ...composeArguments()] },
    directory,
    ...(port === undefined ? {} : { port }),
  });
  const urlOf = (user: string, password: string | undefined): string =>
    `redis://${user}:${password}@127.0.0.1:${server.port}`;
  return {
    ...server,
    processUrl: urlOf("tallyman", VALUES["REDIS_PASSWORD"]),
    adminUrl: urlOf("default", VALUES["REDIS_ADMIN_PASSWORD"]),
  };
}

/** The arguments of the service's `command`. */
function composeArguments(): string[] {
  const [, command] =
    /\n {2}redis:\n[\s\S]*?\n {4}command:\n((?: {6}- .*\n)+)/.exec(readFileSync(COMPOSE, "utf8")) ??
    [];
  if (command === undefined) throw new Error("docker-compose.yml has no command for redis");
  return command
    .replaceAll(/^ {6}- /gm, "")
    .replaceAll(/\$\{([A-Z_]+)[^}]*\}/g, (_, name: string) => VALUES[name] ?? "")
    .trim()
    .split(/\s+/);
}
