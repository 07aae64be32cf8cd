import type { Notification } from "@tallyman/events";
import { UnrecoverableError } from "bullmq";
import { expect } from "chai";
import { fromTestRun } from "../../../test/support/environment.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { deleteKeys, randomNamespace } from "../../../test/support/queue-namespace.ts";
import { openRelay } from "../../../test/support/relay.ts";
import { createTestDatabase } from "../../../test/support/test-database.ts";
import { migrateQueue, openJobQueue, type QueueLocation } from "./bullmq-backend.ts";
import { BullmqConsumer } from "./bullmq-consumer.ts";
import { BullmqQueue } from "./bullmq-queue.ts";
import { FailedJobSweep } from "./failed-job-sweep.ts";
import { notification } from "./notification-queue.contract.ts";
import type { NotificationHandler } from "./notification-queue.ts";

type Closers = (() => Promise<unknown>)[];

/** Closers of what a test has opened; the last one first. */
let closers: Closers = [];

afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});

const fail = (error: Error): never => {
  throw error;
};

function consume(location: QueueLocation, handle: NotificationHandler): BullmqConsumer {
  const consumer = new BullmqConsumer({ location, handle, concurrency: 10, onError: fail });
  closers.push(() => consumer.close());
  return consumer;
}

function sweep(location: QueueLocation, intervalMs = 50): number[] {
  const counts: number[] = [];
  const running = new FailedJobSweep({
    location,
    intervalMs,
    onSwept: (jobs) => counts.push(jobs),
    onError: fail,
  });
  closers.push(() => running.close());
  return counts;
}

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

function describeSweep(name: string, open: () => Promise<QueueLocation>): void {
  describe(`FailedJobSweep on ${name}`, () => {
    let location: QueueLocation;
    let queue: BullmqQueue;

    beforeEach(async () => {
      location = await open();
      queue = new BullmqQueue(location, fail);
      closers.push(() => queue.close());
    });

    const isEmpty = async (): Promise<boolean> =>
      Object.values(await queue.depth()).every((jobs) => jobs === 0);

    const failJobs = async (jobs: number): Promise<void> => {
      for (let i = 0; i < jobs; i++) await queue.enqueue([notification(`job ${i}`)]);
      const consumer = consume(location, () => {
        throw new UnrecoverableError("for ever");
      });
      await eventually("all jobs have failed", async () => (await queue.depth()).failed === jobs);
      await consumer.close();
    };

    it("puts every failed job back once, whoever else sweeps, and leaves nothing behind", async () => {
      await failJobs(25);
      const counts = [sweep(location), sweep(location), sweep(location)];
      const bodies: string[] = [];
      consume(location, async (job) => void bodies.push(...job.map(({ body }) => body)));
      await eventually("the queue is empty", isEmpty);
      expect(bodies).to.have.members(Array.from({ length: 25 }, (_, index) => `job ${index}`));
      await eventually("all were told", () => sum(counts.flat()) === 25);
    });

    it("puts a job that fails at once back round by round, not all the time", async () => {
      await failJobs(1);
      let handled = 0;
      consume(location, () => {
        handled++;
        throw new UnrecoverableError("for ever");
      });
      const counts = sweep(location);
      await eventually("it was put back some times", () => sum(counts) >= 3);
      expect(counts.every((jobs) => jobs === 1)).to.equal(true);
      expect(handled).to.be.at.most(sum(counts) + 1);
    });

    it("hands a job of somebody else over as a notification that will be rejected, and lets it go", async () => {
      const foreign = openJobQueue(location, {}, { max: 1 });
      closers.push(() => foreign.close());
      for (const data of [{ mail: "mira" }, "text", { notifications: [null, 7] }]) {
        await foreign.add("mail", data as never, { removeOnComplete: true });
      }
      await queue.enqueue([notification("ours")]);
      const received: Notification[] = [];
      consume(location, async (job) => void received.push(...job));
      await eventually("the queue is empty", isEmpty);
      expect(received.map(({ registry, body }) => [registry, body])).to.have.deep.members([
        ["harbour", "ours"],
        ["unknown", '{"job":{"mail":"mira"}}'],
        ["unknown", '{"job":"text"}'],
        ["unknown", '{"notification":null}'],
        ["unknown", '{"notification":7}'],
      ]);
    });

    it("can be closed twice", async () => {
      const running = new FailedJobSweep({ location, onSwept: () => undefined, onError: fail });
      await Promise.all([running.close(), running.close()]);
    });
  });
}

describeSweep("Redis", async () => {
  const url = fromTestRun("TALLYMAN_TEST_REDIS_URL");
  const namespace = `{${randomNamespace()}}`;
  closers.push(() => deleteKeys(url, namespace));
  return { url, namespace };
});

describeSweep("Postgres", async () => {
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  await migrateQueue({ url: database.url });
  return { url: database.url };
});

describe("FailedJobSweep without its server", () => {
  it("works when the server comes later than the sweep", async () => {
    const database = await createTestDatabase();
    closers.push(() => database.drop());
    await migrateQueue({ url: database.url });
    const queue = new BullmqQueue({ url: database.url }, fail);
    closers.push(() => queue.close());
    await queue.enqueue([notification("job")]);
    const failing = consume({ url: database.url }, () => {
      throw new UnrecoverableError("for ever");
    });
    await eventually("the job has failed", async () => (await queue.depth()).failed === 1);
    await failing.close();

    const relay = await openRelay(database.url, { cut: true });
    closers.push(() => relay.close());
    const counts: number[] = [];
    const errors: Error[] = [];
    const running = new FailedJobSweep({
      location: { url: relay.through(database.url) },
      intervalMs: 50,
      onSwept: (jobs) => counts.push(jobs),
      onError: (error) => errors.push(error),
    });
    closers.push(() => running.close());
    await eventually("the server was missed", () => errors.length > 0);
    await relay.restore();
    await eventually("the job was put back", () => sum(counts) === 1);
  });

  it("can be closed although the server never came", async () => {
    const running = new FailedJobSweep({
      location: { url: "redis://127.0.0.1:1" },
      onSwept: () => undefined,
      onError: () => undefined,
    });
    await running.close();
  });
});
