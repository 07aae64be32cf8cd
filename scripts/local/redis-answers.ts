import { createConnection } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { ServiceProcess } from "./service-process.ts";

/** Milliseconds until a Redis must answer; a large append-only file takes a while to load. */
const START_TIMEOUT = 60_000;

/** Milliseconds between two attempts, and that an answer may take. */
const INTERVAL = 25;
const ANSWER_TIMEOUT = 1_000;

interface RedisIdentity {
  readonly port: number;
  /** Its working directory, without symbolic links. */
  readonly directory: string;
}

/** Waits until the Redis answers; false when its process ends first or the time is up. */
export async function redisAnswers({
  server,
  ...identity
}: RedisIdentity & { server: ServiceProcess }): Promise<boolean> {
  for (const deadline = Date.now() + START_TIMEOUT; Date.now() < deadline;) {
    if (server.ending() !== undefined) return false;
    if (await ping(identity)) return true;
    await delay(INTERVAL);
  }
  return false;
}

/**
 * Whether a Redis has loaded its data, and is the one of that directory: another may have taken the port a moment
 * before ours, which is then about to end. One that wants a password cannot be asked which it is.
 */
function ping({ port, directory }: RedisIdentity): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port, timeout: ANSWER_TIMEOUT });
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    let answer = "";
    socket.once("connect", () => socket.write("PING\r\nCONFIG GET dir\r\n"));
    socket.on("data", (bytes) => {
      answer += bytes.toString();
      if (answer.startsWith("-LOADING")) settle(false);
      else if (answer.startsWith("-NOAUTH")) settle(true);
      else if (answer.startsWith("+PONG") && answer.includes(`\r\n${directory}\r\n`)) settle(true);
    });
    socket.once("timeout", () => settle(false));
    socket.once("error", () => settle(false));
    socket.once("close", () => settle(false));
  });
}
