import { expect } from "chai";
import { judgeRedis, type RedisSettings } from "./redis-settings.ts";

const GOOD: RedisSettings = {
  maxmemoryPolicy: "noeviction",
  appendonly: "yes",
  appendfsync: "always",
};

describe("judgeRedis", () => {
  const cases: readonly [string, Partial<RedisSettings>, boolean, number, number][] = [
    ["is content with an append-only file, fsync always and no eviction", {}, false, 0, 0],
    ["refuses a policy that drops keys", { maxmemoryPolicy: "allkeys-lru" }, false, 1, 0],
    [
      "refuses a policy that drops keys even where loss is accepted",
      { maxmemoryPolicy: "volatile-ttl" },
      true,
      1,
      0,
    ],
    ["refuses memory only", { appendonly: "no" }, false, 1, 0],
    ["accepts memory only where that is said, with a warning", { appendonly: "no" }, true, 0, 1],
    ["warns of a fsync every second", { appendfsync: "everysec" }, false, 0, 1],
    ["warns of no fsync at all", { appendfsync: "no" }, false, 0, 1],
    [
      "warns of a configuration that is hidden",
      { maxmemoryPolicy: undefined, appendonly: undefined, appendfsync: undefined },
      false,
      0,
      1,
    ],
  ];
  for (const [title, changes, allowVolatile, faults, warnings] of cases) {
    it(title, () => {
      const verdict = judgeRedis({ ...GOOD, ...changes }, allowVolatile);
      expect([verdict.faults.length, verdict.warnings.length]).to.deep.equal([faults, warnings]);
    });
  }
});
