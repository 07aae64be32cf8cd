import { Redis, type RedisOptions } from "ioredis";
import { isRefusedByReplica } from "./replica.ts";

/**
 * A worker's command is answered within milliseconds. A connection that has said nothing for so long is dead, though
 * nobody was told (a firewall forgot it, the other machine lost its power), or its Redis stands still: it is left, and
 * what was unanswered is sent again on the next one.
 */
const ANSWER_TIMEOUT_MS = 5_000;

/** The connection on which a worker waits for jobs is silent for up to 10 s while there are none (BullMQ's limit). */
const WAITING_TIMEOUT_MS = 15_000;

/** What ioredis wants to hear. */
const RECONNECT_AND_SEND_AGAIN = 2;

type Definition = Parameters<Redis["defineCommand"]>[1];
type Run = (...args: unknown[]) => Promise<unknown>;

/**
 * A worker's connection, on which jobs can be taken and finished even when Redis is full.
 *
 * To take a job is a write, so a Redis at its `maxmemory` refuses the script that does it, and what fills the memory
 * could never leave. A script that was refused for that reason has written nothing. It is run again with the flag by
 * which Redis 7 and newer let it pass: it takes a few hundred bytes per job at hand, and the end of the job gives all of
 * it back. An older Redis does not know the flag; there the refusal stands.
 */
export class DrainingRedis extends Redis {
  constructor(url: string, options: Pick<RedisOptions, "retryStrategy">) {
    // Without a limit of attempts, as BullMQ wants it: a command waits until Redis is back.
    super(url, {
      ...options,
      maxRetriesPerRequest: null,
      socketTimeout: ANSWER_TIMEOUT_MS,
      reconnectOnError: (error) => isRefusedByReplica(error) && RECONNECT_AND_SEND_AGAIN,
    });
  }

  /** BullMQ's way to the connection on which it waits for jobs. */
  override duplicate(options?: Partial<RedisOptions>): Redis {
    const waiting = super.duplicate({ ...options, socketTimeout: WAITING_TIMEOUT_MS });
    endBetweenAttempts(waiting);
    return waiting;
  }

  override defineCommand(name: string, definition: Definition): void {
    super.defineCommand(name, definition);
    const whenFull = `${name}:when-full`;
    super.defineCommand(whenFull, {
      ...definition,
      lua: `#!lua flags=allow-oom\n${definition.lua}`,
    });
    const usual = this.#script(name);
    const allowed = this.#script(whenFull);
    const run: Run = (...args) =>
      usual(...args).catch((refusal: unknown) => {
        if (!isAboutMemory(refusal)) throw refusal;
        return allowed(...args).catch((error: unknown) => {
          throw isUnknownFlag(error) ? refusal : error;
        });
      });
    Reflect.set(this, name, run);
  }

  #script(name: string): Run {
    return (Reflect.get(this, name) as Run).bind(this);
  }
}

/**
 * A connection that is ended while it waits for its next attempt tells nobody and keeps its commands: BullMQ would wait for
 * its end for ever when a worker is closed while Redis is away. One that has not begun yet ends as it should.
 */
function endBetweenAttempts(redis: Redis): void {
  const disconnect = redis.disconnect.bind(redis);
  redis.disconnect = (reconnect = false) => {
    if (redis.status === "reconnecting" && !reconnect) redis.status = "wait";
    disconnect(reconnect);
  };
}

function isAboutMemory(error: unknown): boolean {
  return error instanceof Error && /\bOOM\b/.test(error.message);
}

/** What a Redis before 7 says about the line with the flag. */
function isUnknownFlag(error: unknown): boolean {
  return error instanceof Error && /compiling script|Unexpected flag/i.test(error.message);
}
