/** A sentence of the promise, and what proves it. */
export interface PromiseProof {
  readonly sentence: string;
  /** Names of faults. */
  readonly faults: readonly string[];
  /** Further proofs: a test's file and title. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}

/** What Tallyman promises, sentence by sentence. */
export const PROMISE: readonly PromiseProof[] = [
  {
    sentence:
      "200 means stored: in the append-only file of Redis, fsynced; or fsynced in the spool; or there was nothing to store. Without certainty after 400 ms: 503.",
    faults: ["power-lost", "power-lost-everysec", "redis-frozen", "redis-killed", "ingest-killed"],
    tests: [
      ["test/ingest/ingest-app.test.ts", "answers 200 only when the queue has the notification"],
      [
        "test/ingest/ingest-app.test.ts",
        "answers 503 in time while the queue does not answer, again and again",
      ],
      [
        "apps/ingest/src/spool-power.test.ts",
        "has everything that it has confirmed, in a directory that it has just made, too",
      ],
      [
        "packages/queue/src/redis-guard.integration.test.ts",
        "lets nothing through to another Redis in the same place before it has looked at it",
      ],
    ],
  },
  {
    sentence:
      "Content never blocks a registry: 4xx only for credentials, a body that is no JSON object, the size limit, a wrong endpoint. Never 3xx.",
    faults: [],
    tests: [
      ["test/ingest/fuzz.test.ts", "answers 200 to every object of JSON, whatever it says"],
      ["test/ingest/ingest.contract.ts", "answers other paths with 404, and redirects nobody"],
    ],
  },
  {
    sentence:
      "Exactly once in every number: redelivery, a worker's crash before or after COMMIT, a job done twice. An event's key is kept as long as its row.",
    faults: [
      "worker-killed-before-commit",
      "worker-killed-during-commit",
      "worker-killed-after-commit",
      "zombie-worker",
      "deadlock-pressure",
      "sessions-terminated",
    ],
    tests: [],
  },
  {
    sentence:
      "Order changes no number (but for repository deletions); late events count in their own day, week and month.",
    faults: [],
    tests: [
      [
        "packages/database/src/counting.property.integration.test.ts",
        "gives the same tables for any events in any order, split anyhow, repeated, over several workers at once",
      ],
    ],
  },
  {
    sentence:
      "After any crash of any process, once the queue is empty, every acknowledged event is tracked, a duplicate or rejected, and all rollups equal a recount and the reference model.",
    faults: [
      "ingest-killed",
      "worker-killed",
      "redis-killed",
      "postgres-killed",
      "rolling-deploy",
      "stopped-in-outage",
    ],
    tests: [],
  },
  {
    sentence:
      "An outage of Postgres of any length costs no event and no attempt of a job; ingest answers 200, workers resume by themselves.",
    faults: [
      "postgres-gone",
      "postgres-frozen",
      "postgres-session-frozen",
      "postgres-disk-full",
      "dead-connections-postgres",
      "bad-network-postgres",
    ],
    tests: [],
  },
  {
    sentence:
      "An outage of Redis costs nothing that the registry still holds (503), or nothing at all with a spool.",
    faults: [
      "redis-gone",
      "redis-disk-full",
      "redis-failover",
      "dead-connections-redis",
      "bad-network-redis",
      "spool-redis-gone",
      "spool-redis-frozen",
      "spool-disk-full",
    ],
    tests: [],
  },
  {
    sentence:
      "Overload is refused, not swallowed: memory is bounded everywhere, and ingest answers 503 above 80 % of `maxmemory`. Workers drain even a full Redis.",
    faults: ["redis-full", "recovery-surge", "slow-clients", "bad-network-ingest"],
    tests: [
      [
        "packages/queue/src/draining-redis.integration.test.ts",
        "drains a Redis that is full, although others keep it full",
      ],
      [
        "apps/ingest/src/group-commit.test.ts",
        "refuses at once what would be too much in memory, and takes more when some is gone",
      ],
      [
        "packages/events/src/read-in-parts.test.ts",
        "reads no more of a large body than it is asked for",
      ],
    ],
  },
  {
    sentence:
      "One bad event costs only itself: it is set aside in the transaction that tracks its neighbours.",
    faults: ["postgres-killed", "sessions-terminated"],
    tests: [
      [
        "packages/database/src/postgres-tracking-store.integration.test.ts",
        "sets aside the one event of many that the database refuses, whole, and counts its neighbours",
      ],
      [
        "test/ingest/bad-input.test.ts",
        "balances: every received event is tracked, rejected or a duplicate",
      ],
    ],
  },
];
