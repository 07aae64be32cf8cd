import type { Notification } from "@tallyman/events";
import { Redis } from "ioredis";
import { judgeRedis, readRedisSettings, type RedisVerdict } from "./redis-settings.ts";
import { replicaFault } from "./replica.ts";

/** Milliseconds between two looks at the memory; sooner when much was sent since the last one. */
const LOOK_INTERVAL_MS = 1_000;

/** Milliseconds that a look may take: its answer is worth nothing once the next look is due. */
const LOOK_TIMEOUT_MS = 400;

/** A connection on which nothing was answered for so long is dead, though nobody was told; the next one may work. */
const SILENCE_TIMEOUT_MS = 2_000;

/**
 * Share of `maxmemory` above which nothing more is taken. The rest is for what several ingests send before they see what
 * the others have sent, for Redis' own buffers, and for the workers.
 */
export const MEMORY_LIMIT = 0.8;

/** Share of `maxmemory` that may be sent until the next look, which does not wait for its time then. */
const UNSEEN_LIMIT = 0.02;

/** What a notification takes in Redis beside its body, alone in its job. In a packed group it takes less than its body. */
const NOTIFICATION_OVERHEAD = 1_100;

const UNSEEN = "The queue was not looked at yet.";

export interface RedisGuardOptions {
  readonly url: string;
  readonly allowVolatile: boolean;
  /** Hears the verdict whenever the configuration was read: at the start and after each reconnection. */
  readonly onVerdict: (verdict: RedisVerdict) => void;
  readonly onError: (error: Error) => void;
}

/** Watches whether a Redis keeps what it confirms, and whether it has room. */
export class RedisGuard {
  readonly #options: RedisGuardOptions;
  readonly #redis: Redis;
  readonly #timer: NodeJS.Timeout;
  #refusal: string | undefined = UNSEEN;
  /** Why nothing is taken until the next connection was looked at. */
  #untilSeen = UNSEEN;
  #verdict: RedisVerdict | undefined;
  #memory: Memory | undefined;
  /** Bytes that were sent since the memory was looked at. */
  #unseen = 0;
  #isLooking = false;

  constructor(options: RedisGuardOptions) {
    this.#options = options;
    this.#redis = new Redis(options.url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: LOOK_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      connectTimeout: SILENCE_TIMEOUT_MS,
      retryStrategy: () => LOOK_INTERVAL_MS,
    });
    this.#redis.on("error", options.onError);
    // Another server may answer after a reconnection, with other settings: nothing is taken before it was looked at.
    this.#redis.on("close", () => {
      this.#verdict = undefined;
      this.#refusal = this.#untilSeen;
    });
    this.#redis.on("ready", () => void this.#look());
    this.#timer = setInterval(() => void this.#look(), LOOK_INTERVAL_MS);
  }

  /** Why nothing may be acknowledged now; undefined when all is well. */
  get refusal(): string | undefined {
    return this.#refusal ?? this.#memoryRefusal();
  }

  /**
   * Share of `maxmemory` in use, 0 to 1, with what was sent since it was looked at; undefined when there is no limit or
   * it is not known.
   */
  get memoryUsage(): number | undefined {
    return this.#memory === undefined
      ? undefined
      : (this.#memory.used + this.#unseen) / this.#memory.limit;
  }

  /** Notes what is being sent to Redis, whether it arrives or not. */
  sending(notifications: readonly Notification[]): void {
    for (const { body } of notifications) this.#unseen += body.length + NOTIFICATION_OVERHEAD;
    const { limit } = this.#memory ?? {};
    if (limit !== undefined && this.#unseen > limit * UNSEEN_LIMIT) void this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#redis.disconnect();
  }

  async #look(): Promise<void> {
    if (this.#redis.status !== "ready" || this.#isLooking) return;
    this.#isLooking = true;
    try {
      const fault = replicaFault(await this.#redis.info("replication"));
      if (fault !== undefined) {
        this.#leaveReplica(fault);
        return;
      }
      this.#untilSeen = UNSEEN;
      if (this.#verdict === undefined) {
        this.#verdict = judgeRedis(
          await readRedisSettings(this.#redis),
          this.#options.allowVolatile,
        );
        this.#options.onVerdict(this.#verdict);
      }
      const seen = this.#unseen;
      this.#memory = readMemory(await this.#redis.info("memory"));
      this.#unseen -= seen;
      [this.#refusal] = this.#verdict.faults;
    } catch (error) {
      // The last finding stands, and what is sent still adds to it.
      this.#options.onError(error as Error);
    } finally {
      this.#isLooking = false;
    }
  }

  /** A replica answers whatever the guard asks: unlike the queue's, this connection would never be refused and stay. */
  #leaveReplica(fault: string): void {
    this.#untilSeen = fault;
    this.#refusal = fault;
    this.#options.onError(new Error(fault));
    this.#redis.disconnect(true);
  }

  #memoryRefusal(): string | undefined {
    const usage = this.memoryUsage;
    if (usage === undefined || usage < MEMORY_LIMIT) return undefined;
    return `Redis uses ${Math.round(usage * 100)} % of its maxmemory; nothing more is taken above ${MEMORY_LIMIT * 100} %.`;
  }
}

/** Bytes. */
interface Memory {
  readonly used: number;
  readonly limit: number;
}

/** @param info the answer to INFO memory */
function readMemory(info: string): Memory | undefined {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  const limit = field("maxmemory");
  return limit === 0 ? undefined : { used: field("used_memory"), limit };
}
