import { Redis } from "ioredis";
import { judgeRedis, readRedisSettings, type RedisVerdict } from "./redis-settings.ts";

/** Milliseconds between two looks at the memory: at 25,000 notifications a second some 40 MB. */
const INTERVAL_MS = 1_000;

/** Milliseconds that a look may take. */
const TIMEOUT_MS = 400;

/**
 * Share of `maxmemory` above which nothing more is taken. A Redis that is full cannot even hand out what it holds, so
 * the rest is for the workers.
 */
const MEMORY_LIMIT = 0.8;

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
  #refusal: string | undefined = "The queue was not looked at yet.";
  #verdict: RedisVerdict | undefined;
  #usage: number | undefined;

  constructor(options: RedisGuardOptions) {
    this.#options = options;
    this.#redis = new Redis(options.url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: TIMEOUT_MS,
      connectTimeout: 2_000,
      retryStrategy: () => INTERVAL_MS,
    });
    this.#redis.on("error", options.onError);
    // Another server may answer after a reconnection.
    this.#redis.on("close", () => (this.#verdict = undefined));
    this.#redis.on("ready", () => void this.#look());
    this.#timer = setInterval(() => void this.#look(), INTERVAL_MS);
  }

  /** Why nothing may be acknowledged now; undefined when all is well. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** Share of `maxmemory` in use, 0 to 1; undefined when there is no limit or it is not known. */
  get memoryUsage(): number | undefined {
    return this.#usage;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#redis.disconnect();
  }

  async #look(): Promise<void> {
    if (this.#redis.status !== "ready") return;
    try {
      if (this.#verdict === undefined) {
        this.#verdict = judgeRedis(
          await readRedisSettings(this.#redis),
          this.#options.allowVolatile,
        );
        this.#options.onVerdict(this.#verdict);
      }
      this.#usage = memoryUsage(await this.#redis.info("memory"));
      this.#refusal = this.#verdict.faults[0] ?? this.#memoryRefusal();
    } catch (error) {
      // The last finding stands: a queue that does not answer refuses by itself.
      this.#options.onError(error as Error);
    }
  }

  #memoryRefusal(): string | undefined {
    if (this.#usage === undefined || this.#usage < MEMORY_LIMIT) return undefined;
    return `Redis uses ${Math.round(this.#usage * 100)} % of its maxmemory; nothing more is taken above ${MEMORY_LIMIT * 100} %.`;
  }
}

/** @param info the answer to INFO memory */
function memoryUsage(info: string): number | undefined {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  const limit = field("maxmemory");
  return limit === 0 ? undefined : field("used_memory") / limit;
}
