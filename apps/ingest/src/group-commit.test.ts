import type { Notification } from "@tallyman/events";
import type { NotificationQueue } from "@tallyman/queue";
import { expect } from "chai";
import { eventually } from "../../../test/support/eventually.ts";
import { rejectionOf } from "../../../test/support/rejection.ts";
import { GroupCommit, QueueUnavailableError, type GroupCommitLimits } from "./group-commit.ts";

/** A queue whose every answer the test gives by hand. */
class HeldQueue implements NotificationQueue {
  readonly jobs: (readonly Notification[])[] = [];
  readonly #answers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] =
    [];

  enqueue(notifications: readonly Notification[]): Promise<void> {
    // As a real queue does, it takes what is there now and not what is added later.
    this.jobs.push([...notifications]);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }

  /** Answers the oldest enqueue that has no answer yet. */
  confirm(): void {
    this.#answers.shift()?.resolve();
  }

  fail(error: Error): void {
    this.#answers.shift()?.reject(error);
  }

  depth(): Promise<never> {
    return Promise.reject(new Error("not asked in these tests"));
  }

  async close(): Promise<void> {}
}

/** Far away for all tests but those about the limit in question. */
const LIMITS: GroupCommitLimits = {
  timeoutMs: 60_000,
  maxCount: 100,
  maxBytes: 10_000,
  maxWaitingBytes: 100_000,
};

const notification = (body: string): Notification => ({
  registry: "harbour",
  receivedAt: "2026-03-02T09:15:27.123Z",
  body,
});

describe("GroupCommit", () => {
  let queue: HeldQueue;
  let groups: GroupCommit;

  const withLimits = (limits: Partial<GroupCommitLimits>): void => {
    groups = new GroupCommit(queue, { ...LIMITS, ...limits });
  };
  const store = (body: string, bytes = body.length): Promise<void> =>
    groups.store(notification(body), bytes);
  const bodies = (): string[][] => queue.jobs.map((job) => job.map(({ body }) => body));
  /** Stores the one whose job is with the queue while the others of a test arrive. */
  const storeFirst = async (body: string, bytes?: number): Promise<{ stored: Promise<void> }> => {
    const stored = store(body, bytes);
    await new Promise(setImmediate);
    return { stored };
  };
  const jobCount = (count: number): Promise<void> =>
    eventually(`${count} jobs were enqueued`, () => queue.jobs.length === count);

  beforeEach(() => {
    queue = new HeldQueue();
    withLimits({});
  });

  it("enqueues a lone notification in the same turn of the event loop and waits for nobody", async () => {
    const stored = store("one");
    await new Promise(setImmediate);
    expect(bodies()).to.deep.equal([["one"]]);
    queue.confirm();
    await stored;
  });

  it("takes along what arrives in the same turn", async () => {
    const all = ["one", "two"].map((body) => store(body));
    await new Promise(setImmediate);
    expect(bodies()).to.deep.equal([["one", "two"]]);
    queue.confirm();
    await Promise.all(all);
  });

  it("confirms a notification only when the queue has its job", async () => {
    const settled: string[] = [];
    const { stored } = await storeFirst("first");
    const first = stored.then(() => settled.push("first"));
    const second = store("second").then(() => settled.push("second"));
    await jobCount(1);
    expect(settled).to.deep.equal([]);
    queue.confirm();
    await first;
    await jobCount(2);
    expect(settled).to.deep.equal(["first"]);
    queue.confirm();
    await second;
    expect(settled).to.deep.equal(["first", "second"]);
  });

  it("puts what arrives during an enqueue into one job, in the order of arrival", async () => {
    const { stored } = await storeFirst("one");
    const all = ["two", "three", "four"].map((body) => store(body));
    queue.confirm();
    await jobCount(2);
    queue.confirm();
    await Promise.all([stored, ...all]);
    expect(bodies()).to.deep.equal([["one"], ["two", "three", "four"]]);
  });

  it("takes along what the turn of a group's answers reads, as long as the next group is small", async () => {
    const { stored } = await storeFirst("one");
    const second = store("two");
    const third = stored.then(() => store("three"));
    queue.confirm();
    await jobCount(2);
    expect(bodies()).to.deep.equal([["one"], ["two", "three"]]);
    queue.confirm();
    await Promise.all([second, third]);
  });

  it("does not keep a full group waiting for more", async () => {
    withLimits({ maxCount: 1 });
    const { stored } = await storeFirst("one");
    const all = ["two", "three"].map((body) => store(body));
    queue.confirm();
    await stored;
    // Without a turn of the event loop.
    await Promise.resolve();
    expect(bodies()).to.deep.equal([["one"], ["two"]]);
    queue.confirm();
    await jobCount(3);
    queue.confirm();
    await Promise.all(all);
  });

  it("has one job at a time with the queue", async () => {
    const { stored } = await storeFirst("one");
    const second = store("two");
    await new Promise(setImmediate);
    expect(bodies()).to.deep.equal([["one"]]);
    queue.confirm();
    await jobCount(2);
    queue.confirm();
    await Promise.all([stored, second]);
  });

  it("puts no more notifications into a job than the limit", async () => {
    withLimits({ maxCount: 2 });
    const { stored } = await storeFirst("one");
    const all = ["two", "three", "four", "five", "six"].map((body) => store(body));
    for (let jobs = 1; jobs <= 4; jobs++) {
      await jobCount(jobs);
      queue.confirm();
    }
    await Promise.all([stored, ...all]);
    expect(bodies()).to.deep.equal([["one"], ["two", "three"], ["four", "five"], ["six"]]);
  });

  it("puts no more bytes into a job than the limit, but always one notification", async () => {
    withLimits({ maxBytes: 100 });
    const { stored } = await storeFirst("first", 1);
    const all = [
      store("a", 60),
      store("b", 40),
      store("c", 1),
      store("huge", 5_000),
      store("d", 1),
    ];
    for (let jobs = 1; jobs <= 5; jobs++) {
      await jobCount(jobs);
      queue.confirm();
    }
    await Promise.all([stored, ...all]);
    expect(bodies()).to.deep.equal([["first"], ["a", "b"], ["c"], ["huge"], ["d"]]);
  });

  it("tells everybody of a job that failed, and goes on with the next", async () => {
    const cause = new Error("READONLY");
    const { stored } = await storeFirst("first");
    const [second, third] = [store("second"), store("third")];
    queue.confirm();
    await stored;
    await jobCount(2);
    queue.fail(cause);
    for (const failed of [second, third]) {
      const error = await rejectionOf(failed);
      expect(error).to.be.an.instanceOf(QueueUnavailableError);
      expect(error.cause).to.equal(cause);
    }
    const fourth = store("fourth");
    await jobCount(3);
    queue.confirm();
    await fourth;
    expect(bodies()).to.deep.equal([["first"], ["second", "third"], ["fourth"]]);
  });

  it("answers everybody when the time is up although the queue never answers", async () => {
    withLimits({ timeoutMs: 20, maxCount: 2 });
    const { stored } = await storeFirst("one");
    const all = [stored, ...["two", "three", "four"].map((body) => store(body))];
    for (const error of await Promise.all(all.map(rejectionOf))) {
      expect(error).to.be.an.instanceOf(QueueUnavailableError);
      expect(error.message).to.include("20 ms");
    }
    expect(bodies()).to.deep.equal([["one"]]);
  });

  it("does not enqueue later what was given up while it waited", async () => {
    withLimits({ timeoutMs: 20 });
    const { stored } = await storeFirst("first");
    await Promise.all([stored, store("second")].map(rejectionOf));
    // The queue comes back to life with the answer to the first job.
    queue.confirm();
    await new Promise(setImmediate);
    const third = store("third");
    await new Promise(setImmediate);
    queue.confirm();
    await third;
    expect(bodies()).to.deep.equal([["first"], ["third"]]);
  });

  it("refuses at once what would be too much in memory, and takes more when some is gone", async () => {
    withLimits({ maxWaitingBytes: 100, maxBytes: 60 });
    const { stored: first } = await storeFirst("first", 50);
    const second = store("second", 50);
    const refused = await rejectionOf(store("third", 1));
    expect(refused).to.be.an.instanceOf(QueueUnavailableError);
    queue.confirm();
    await first;
    const fourth = store("fourth", 50);
    for (let jobs = 2; jobs <= 3; jobs++) {
      await jobCount(jobs);
      queue.confirm();
    }
    await Promise.all([second, fourth]);
    expect(bodies()).to.deep.equal([["first"], ["second"], ["fourth"]]);
  });

  it("takes a single body that is larger than all that may wait, but nothing beside it", async () => {
    withLimits({ maxWaitingBytes: 100 });
    const { stored } = await storeFirst("huge", 5_000);
    expect(await rejectionOf(store("small", 1))).to.be.an.instanceOf(QueueUnavailableError);
    queue.confirm();
    await stored;
  });

  it("has room again for what was given up", async () => {
    withLimits({ maxWaitingBytes: 100, timeoutMs: 20 });
    await Promise.all([rejectionOf(store("first", 50)), rejectionOf(store("second", 50))]);
    const error = await rejectionOf(store("third", 100));
    // It waited for the queue, like the others: it was not refused for its size.
    expect(error.message).to.include("20 ms");
  });
});
