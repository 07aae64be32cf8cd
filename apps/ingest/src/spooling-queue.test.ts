import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Notification } from "@tallyman/events";
import type { NotificationQueue } from "@tallyman/queue";
import { expect } from "chai";
import { eventually } from "../../../test/support/eventually.ts";
import { GROUP_COMMIT_LIMITS } from "./group-commit.ts";
import { Spool } from "./spool.ts";
import { SpoolingQueue } from "./spooling-queue.ts";

const notification = (body: string): Notification => ({
  registry: "harbour",
  receivedAt: "2026-01-01T00:00:00.000Z",
  body,
});

/** Does what a test tells it to. */
class FakeQueue implements NotificationQueue {
  state: "well" | "failing" | "frozen" = "well";
  /** Bodies that it does not take, however well it is. */
  readonly indigestible = new Set<string>();
  readonly stored: string[] = [];
  attempts = 0;

  async enqueue(notifications: readonly Notification[]): Promise<void> {
    this.attempts++;
    await this.#answer();
    const bodies = notifications.map(({ body }) => body);
    if (bodies.some((body) => this.indigestible.has(body))) throw new Error("indigestible");
    this.stored.push(...bodies);
  }

  async depth() {
    await this.#answer();
    return { waiting: 0, active: 0, delayed: 0, failed: 0 };
  }

  async close(): Promise<void> {}

  async #answer(): Promise<void> {
    if (this.state === "failing") throw new Error("the queue is away.");
    if (this.state === "frozen") await new Promise(() => undefined);
  }
}

describe("a queue with a spool", () => {
  let directory: string;
  let inner: FakeQueue;
  let spool: Spool;
  let queue: SpoolingQueue;
  let errors: Error[];
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined } as never;

  const open = async (maxBytes = 1_000_000): Promise<void> => {
    const limits = { maxBytes, segmentBytes: 1_000 };
    spool = await Spool.open({ directory, logger, limits, onLost: (error) => errors.push(error) });
    queue = new SpoolingQueue({
      queue: inner,
      spool,
      logger,
      onError: (error) => errors.push(error),
    });
  };
  const store = (body: string): Promise<void> => queue.enqueue([notification(body)]);
  const drained = (): Promise<void> =>
    eventually("the spool is empty", () => spool.state.bytes === 0);

  beforeEach(async () => {
    errors = [];
    inner = new FakeQueue();
    directory = await mkdtemp(join(tmpdir(), "tallyman-spooling-"));
    await open();
  });

  afterEach(async () => {
    await queue.close();
    await rm(directory, { recursive: true });
  });

  it("writes nothing to the disk while the queue is well", async () => {
    await store("a");
    expect(inner.stored).to.deep.equal(["a"]);
    expect(spool.state.spooled).to.equal(0);
  });

  it("confirms while the queue fails, and the queue gets everything in order when it is back", async () => {
    inner.state = "failing";
    const bodies = Array.from({ length: 50 }, (_, index) => `body ${index}`);
    for (const body of bodies) await store(body);
    expect(spool.state.notifications).to.equal(50);
    inner.state = "well";
    await drained();
    expect(inner.stored).to.deep.equal(bodies);
  });

  it("confirms within the time of a group while the queue is frozen, and does not wait for it again", async () => {
    inner.state = "frozen";
    const started = performance.now();
    await store("a");
    const first = performance.now();
    expect(first - started).to.be.below(GROUP_COMMIT_LIMITS.timeoutMs - 100);
    for (let i = 0; i < 20; i++) await store(`b${i}`);
    expect(performance.now() - first).to.be.below(1_000);
    inner.state = "well";
    await drained();
    expect(inner.stored).to.include.members(["a", "b0", "b19"]);
  });

  it("stores directly again as soon as the queue is back", async () => {
    inner.state = "failing";
    await store("a");
    inner.state = "well";
    await drained();
    await store("b");
    expect(spool.state.spooled).to.equal(1);
    expect(inner.stored).to.deep.equal(["a", "b"]);
  });

  it("asks a queue that is away seldom, whatever arrives", async () => {
    inner.state = "failing";
    for (let i = 0; i < 100; i++) await store(`${i}`);
    expect(inner.attempts).to.be.below(10);
  });

  it("keeps what is spooled through a stop, and drains it after the next start", async () => {
    inner.state = "failing";
    await store("a");
    await queue.close();
    await queue.close();
    inner.state = "well";
    await open();
    await drained();
    expect(inner.stored).to.deep.equal(["a"]);
  });

  it("stops at once in the middle of an outage", async () => {
    inner.state = "failing";
    await store("a");
    const started = performance.now();
    await queue.close();
    expect(performance.now() - started).to.be.below(1_000);
  });

  it("rejects when the disk takes no more either, and finds back to the queue all the same", async () => {
    await queue.close();
    await open(1);
    inner.state = "failing";
    const error = await store("a").catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(Error);
    expect(await queue.ready().catch((reason: Error) => reason.message)).to.equal(
      "the queue is away. The spool cannot help: it is full.",
    );
    inner.state = "well";
    await eventually("the queue is used again", () =>
      store("b").then(
        () => true,
        () => false,
      ),
    );
    expect(inner.stored).to.include("b");
    await queue.ready();
  });

  it("is ready while the queue is away and the disk has room", async () => {
    inner.state = "failing";
    await store("a");
    await queue.ready();
  });

  it("lets others through to a queue that refuses one batch for its own sake", async () => {
    inner.indigestible.add("a");
    await store("a");
    await eventually("the queue is used again", async () => {
      await store("b");
      return inner.stored.includes("b");
    });
  });
});
