import type { Redis } from "ioredis";

/** What a Redis says about itself; a field is missing where it does not tell (managed ones hide their configuration). */
export interface RedisSettings {
  readonly maxmemoryPolicy?: string | undefined;
  readonly appendonly?: string | undefined;
  readonly appendfsync?: string | undefined;
}

/** What to say about a Redis before anything is acknowledged on its word. */
export interface RedisVerdict {
  /** What would lose acknowledged events. */
  readonly faults: readonly string[];
  /** What an operator should know. */
  readonly warnings: readonly string[];
}

/**
 * Judges whether a Redis keeps what it has confirmed.
 *
 * @param allowVolatile accepts one that keeps its data in memory only (ALLOW_VOLATILE_QUEUE)
 */
export function judgeRedis(settings: RedisSettings, allowVolatile: boolean): RedisVerdict {
  const faults: string[] = [];
  const warnings: string[] = [];
  const { maxmemoryPolicy, appendonly, appendfsync } = settings;

  if (maxmemoryPolicy === undefined || appendonly === undefined) {
    warnings.push(
      "This Redis hides its configuration. Make sure that it has maxmemory-policy noeviction and a persistent append-only file.",
    );
  }
  if (maxmemoryPolicy !== undefined && maxmemoryPolicy !== "noeviction") {
    faults.push(
      `Its maxmemory-policy is ${maxmemoryPolicy}: when it is full it would drop acknowledged events. Set maxmemory-policy noeviction.`,
    );
  }
  if (appendonly === "no") {
    const text =
      "It has no append-only file: a restart would lose acknowledged events. Set appendonly yes and appendfsync always";
    if (allowVolatile) warnings.push(`${text}. Accepted, because ALLOW_VOLATILE_QUEUE is true.`);
    else faults.push(`${text}, or accept the loss knowingly with ALLOW_VOLATILE_QUEUE=true.`);
  }
  if (appendonly === "yes" && appendfsync !== undefined && appendfsync !== "always") {
    warnings.push(
      `Its appendfsync is ${appendfsync}: a power failure may lose the last acknowledged ${appendfsync === "everysec" ? "second" : "seconds"}. Set appendfsync always.`,
    );
  }
  return { faults, warnings };
}

/** @throws when the connection is in trouble; what the server only forbids to tell is missing from the answer */
export async function readRedisSettings(redis: Redis): Promise<RedisSettings> {
  const read = async (name: string): Promise<string | undefined> => {
    try {
      const [, value] = (await redis.config("GET", name)) as [string?, string?];
      return value;
    } catch (error) {
      // Managed services and ACLs forbid the command; other errors are trouble with the connection.
      if (/NOPERM|unknown command|not allowed|disabled/i.test((error as Error).message))
        return undefined;
      throw error;
    }
  };
  return {
    maxmemoryPolicy: await read("maxmemory-policy"),
    appendonly: await read("appendonly"),
    appendfsync: await read("appendfsync"),
  };
}
