import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { freePort } from "../../../scripts/local/free-port.ts";
import { startRedisServer, type RedisServer } from "../../../scripts/local/redis-server.ts";
import { fromTestRun, toolFromTestRun } from "../../../test/support/environment.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { deleteKeys, randomNamespace } from "../../../test/support/queue-namespace.ts";
import { rejectionOf, succeeds } from "../../../test/support/rejection.ts";
import { openRelay, type Relay } from "../../../test/support/relay.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { migrateQueue, type QueueLocation } from "./bullmq-backend.ts";
import { BullmqConsumer, type JobLocks } from "./bullmq-consumer.ts";
import { BullmqQueue } from "./bullmq-queue.ts";
import { notification } from "./notification-queue.contract.ts";

/** Ingest's whole answer must be there in 400 ms; this is what the caller of the queue may see of it. */
const LONGEST_WAIT_MS = 500;

const HANGING_CONSUMER = fileURLToPath(
  new URL("../../../test/support/hanging-consumer.ts", import.meta.url),
);

const ignore = (): void => undefined;

/** Closers of what a test has opened; the last one first. */
let closers: (() => Promise<unknown>)[] = [];

function openQueue(location: QueueLocation): BullmqQueue {
  const queue = new BullmqQueue(location, ignore);
  closers.push(() => queue.close());
  return queue;
}

/** Starts a consumer and returns the bodies that it gets. */
function consume(location: QueueLocation, locks?: JobLocks): string[] {
  const bodies: string[] = [];
  const consumer = new BullmqConsumer({
    location,
    concurrency: 10,
    ...(locks === undefined ? {} : { locks }),
    handle: async (notifications) => void bodies.push(...notifications.map(({ body }) => body)),
    onError: ignore,
  });
  closers.push(() => consumer.close());
  return bodies;
}

/** Expects that an enqueue is refused before ingest has to answer. */
async function expectRefusal(queue: BullmqQueue, body: string): Promise<void> {
  const started = performance.now();
  await rejectionOf(queue.enqueue([notification(body)]));
  expect(performance.now() - started).to.be.below(LONGEST_WAIT_MS);
}

const worksAgain = (queue: BullmqQueue, body: string): Promise<void> =>
  eventually("the queue takes notifications", () => succeeds(queue.enqueue([notification(body)])));

afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});

describe("BullmqQueue without its Redis", () => {
  let directory: string;
  let port: number;
  let redis: RedisServer;
  let location: QueueLocation;

  const startRedis = async (): Promise<void> => {
    redis = await startRedisServer({
      tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER"),
      directory,
      port,
    });
    closers.unshift(() => redis.stop());
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-queue-"));
    port = await freePort();
    location = { url: `redis://127.0.0.1:${port}` };
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("refuses in time while Redis is frozen, and takes notifications again when it is not", async () => {
    await startRedis();
    const queue = openQueue(location);
    await queue.enqueue([notification("before")]);
    process.kill(redis.pid, "SIGSTOP");
    try {
      await expectRefusal(queue, "during");
      await expectRefusal(queue, "during");
    } finally {
      process.kill(redis.pid, "SIGCONT");
    }
    await worksAgain(queue, "after");
    const bodies = consume(location);
    // What was refused may have been stored all the same; what was acknowledged must be there.
    await eventually("all that was acknowledged has arrived", () =>
      ["before", "after"].every((body) => bodies.includes(body)),
    );
  });

  it("starts to work when a Redis that was frozen at the start is not any more", async () => {
    await startRedis();
    process.kill(redis.pid, "SIGSTOP");
    let queue: BullmqQueue;
    try {
      queue = openQueue(location);
      await expectRefusal(queue, "during");
      // More than one command timeout, so that the queue's own start has failed.
      await expectRefusal(queue, "during");
    } finally {
      process.kill(redis.pid, "SIGCONT");
    }
    await worksAgain(queue, "after");
  });

  it("refuses while Redis is gone, and finds it and its jobs when it is back on its port", async () => {
    await startRedis();
    const queue = openQueue(location);
    const bodies = consume(location);
    await queue.enqueue([notification("before")]);
    await eventually("the consumer works", () => bodies.length === 1);
    await redis.kill();
    for (let i = 0; i < 20; i++) await expectRefusal(queue, "during");
    await startRedis();
    await worksAgain(queue, "after");
    await eventually("the consumer works again", () => bodies.includes("after"));
    expect(await queue.depth()).to.deep.include({ delayed: 0, failed: 0 });
  });

  it("starts to work when Redis comes later than the queue and its consumer", async () => {
    const queue = openQueue(location);
    const bodies = consume(location);
    await expectRefusal(queue, "too early");
    await rejectionOf(queue.depth());
    await startRedis();
    await worksAgain(queue, "after");
    await eventually("the consumer has it", () => bodies.includes("after"));
    // What was refused before the first connection was not kept in memory and stored later.
    expect(bodies).not.to.include("too early");
  });

  it("can be closed although Redis never came", async () => {
    openQueue(location);
    consume(location);
  });
});

describe("BullmqQueue without its Postgres", () => {
  let database: TestDatabase;
  let relay: Relay;
  let location: QueueLocation;

  before(async () => {
    database = await createTestDatabase();
    await migrateQueue({ url: database.url });
  });

  after(() => database.drop());

  const openRelayed = async (options?: { cut: boolean }): Promise<void> => {
    relay = await openRelay(database.url, options);
    closers.push(() => relay.close());
    location = { url: relay.through(database.url) };
  };

  it("refuses in time while Postgres is frozen, and takes notifications again when it is not", async () => {
    await openRelayed();
    const queue = openQueue(location);
    await queue.enqueue([notification("before")]);
    relay.freeze();
    await expectRefusal(queue, "during");
    await expectRefusal(queue, "during");
    await relay.cut();
    await relay.restore();
    await worksAgain(queue, "after");
  });

  it("starts to work when Postgres comes later than the queue and its consumer", async () => {
    await openRelayed({ cut: true });
    const queue = openQueue(location);
    const bodies = consume(location);
    await expectRefusal(queue, "too early");
    await relay.restore();
    await worksAgain(queue, "after");
    await eventually("the consumer has it", () => bodies.includes("after"));
    expect(bodies).not.to.include("too early");
  });

  it("can be closed although Postgres never came", async () => {
    await openRelayed({ cut: true });
    openQueue(location);
    consume(location);
  });
});

describe("a consumer that is killed", () => {
  /** Shorter than in production, so that the test need not last a minute. */
  const locks: JobLocks = { durationMs: 500, checkIntervalMs: 250 };

  const killTwice = async (location: QueueLocation): Promise<void> => {
    const queue = openQueue(location);
    const jobs = ["one", "two", "three"];
    for (const body of jobs) await queue.enqueue([notification(body)]);
    for (let kill = 1; kill <= 2; kill++) await takeAndDie(location, locks, jobs.length);
    const bodies = consume(location, locks);
    await eventually("the next consumer has done all jobs", async () => {
      const { waiting, active } = await queue.depth();
      return waiting + active === 0;
    });
    expect(bodies).to.have.members(jobs);
    expect(await queue.depth()).to.deep.equal({ waiting: 0, active: 0, delayed: 0, failed: 0 });
  };

  it("leaves its jobs to the next one on Redis, however often it happens", async () => {
    const url = fromTestRun("TALLYMAN_TEST_REDIS_URL");
    const namespace = `{${randomNamespace()}}`;
    closers.push(() => deleteKeys(url, namespace));
    await killTwice({ url, namespace });
  });

  it("leaves its jobs to the next one on Postgres, however often it happens", async () => {
    const database = await createTestDatabase();
    closers.push(() => database.drop());
    await migrateQueue({ url: database.url });
    await killTwice({ url: database.url });
  });
});

/** Starts a consumer in a process of its own, and kills it when it has so many jobs. */
async function takeAndDie(location: QueueLocation, locks: JobLocks, jobs: number): Promise<void> {
  const child: ChildProcess = spawn(
    process.execPath,
    ["--import=tsx", "--conditions=source", HANGING_CONSUMER, JSON.stringify({ location, locks })],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exited = once(child, "exit");
  try {
    let handling = 0;
    if (child.stdout === null) throw new Error("the child has no stdout");
    createInterface(child.stdout).on("line", () => handling++);
    await eventually(`the process has ${jobs} jobs`, () => handling >= jobs);
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}
