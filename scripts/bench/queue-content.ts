import { parseJobData } from "@tallyman/queue";
import type { Redis } from "ioredis";
import { eventNumber } from "./workload.ts";
import type { LoadResult } from "./load/load-options.ts";

/** Jobs read at once. */
const PAGE = 500;

/** Lists of waiting jobs: ours (see `packages/queue`) and the textbook's. */
export const QUEUE_KEYS = {
  ours: "{tallyman}:notifications",
  textbook: "bull:textbook",
} as const;

interface JobData {
  readonly notifications?: readonly { readonly body: string }[];
  readonly event?: { readonly id: string };
}

/**
 * Checks that the queue holds each event that was acknowledged exactly once, and none twice.
 *
 * @throws Error when it does not: the rate would be worth nothing
 */
export async function checkQueue(redis: Redis, key: string, result: LoadResult): Promise<void> {
  const found = new Uint8Array(result.sent);
  const jobs = await redis.llen(`${key}:wait`);
  for (let from = 0; from < jobs; from += PAGE) {
    const ids = await redis.lrange(`${key}:wait`, from, from + PAGE - 1);
    const pipeline = redis.pipeline();
    for (const id of ids) pipeline.hget(`${key}:${id}`, "data");
    for (const [error, data] of (await pipeline.exec()) ?? []) {
      if (error !== null) throw error;
      for (const id of idsIn(JSON.parse(String(data)) as JobData)) found[eventNumber(id)]!++;
    }
  }
  let missing = 0;
  let repeated = 0;
  for (const [number, at] of result.acknowledgedAt.entries()) {
    if (at > 0 && found[number] === 0) missing++;
    if ((found[number] ?? 0) > 1) repeated++;
  }
  if (missing > 0 || repeated > 0) {
    throw new Error(
      `Of ${result.acknowledged} acknowledged events the queue lacks ${missing} and holds ${repeated} more than once.`,
    );
  }
}

function idsIn(data: JobData): readonly string[] {
  if (data.event !== undefined) return [data.event.id];
  return parseJobData(data, 0).map(({ body }) => /"id": "([^"]{36})"/.exec(body)?.[1] ?? "");
}
