import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";

/** A queue's namespace that no other test has: usable as a schema, and in braces as a prefix of keys. */
export function randomNamespace(): string {
  return `tallyman_test_${randomBytes(6).toString("hex")}`;
}

/** Removes every key with the prefix. */
export async function deleteKeys(redisUrl: string, prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    const keys = await redis.keys(`${prefix}*`);
    if (keys.length > 0) await redis.del(...keys);
  } finally {
    redis.disconnect();
  }
}
