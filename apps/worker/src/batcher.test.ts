import type { RecordedBatch, TrackingStore } from "@tallyman/database";
import type { Notification, Reading } from "@tallyman/events";
import { HandlerStoppedError } from "@tallyman/queue";
import { expect } from "chai";
import { eventually } from "../../../test/support/eventually.ts";
import { rejectionOf } from "../../../test/support/rejection.ts";
import { Batcher, type BatcherOptions } from "./batcher.ts";

/** A store whose every answer the test gives by hand. */
class HeldStore implements TrackingStore {
  readonly batches: (readonly Reading[])[] = [];
  readonly #answers: {
    readonly resolve: (batch: RecordedBatch) => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  record(readings: readonly Reading[]): Promise<RecordedBatch> {
    this.batches.push(readings);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }

  /** Commits the oldest batch that has no answer yet. */
  commit(): void {
    const batch = { received: this.batches.length, tracked: [], duplicates: 0, rejected: 0 };
    this.#answers.shift()?.resolve(batch);
  }

  fail(message: string): void {
    this.#answers.shift()?.reject(new Error(message));
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}
}

/** A notification of some events, which are recognised by their repositories. */
const notification = (...repositories: readonly string[]): Notification => ({
  registry: "harbour",
  receivedAt: "2026-03-02T09:15:27.123Z",
  body: JSON.stringify({
    events: repositories.map((repository) => ({
      id: repository,
      action: "pull",
      target: { repository },
    })),
  }),
});

describe("Batcher", () => {
  let store: HeldStore;
  let batcher: Batcher;
  let recorded: RecordedBatch[];
  let retries: string[];
  let attempts: number[];

  const makeBatcher = (options: Partial<BatcherOptions> = {}): void => {
    batcher = new Batcher({
      lanes: 1,
      laneEvents: 1,
      store,
      maxEvents: 4,
      onRecorded: (batch) => recorded.push(batch),
      onRetry: (error) => retries.push((error as Error).message),
      pause: async (attempt) => void attempts.push(attempt),
      ...options,
    });
  };

  beforeEach(() => {
    store = new HeldStore();
    recorded = [];
    retries = [];
    attempts = [];
    makeBatcher();
  });

  const add = (...repositories: string[]): Promise<void> =>
    batcher.add([notification(...repositories)]);
  const batches = (): string[][] =>
    store.batches.map((readings) =>
      readings.map((reading) => (reading.kind === "event" ? reading.repository : reading.reason)),
    );
  const batchCount = (count: number): Promise<void> =>
    eventually(`${count} batches were recorded`, () => store.batches.length === count);

  it("records a lone job at once and waits for nobody", async () => {
    const counted = add("one");
    // Without a single turn of the event loop.
    expect(batches()).to.deep.equal([["one"]]);
    store.commit();
    await counted;
  });

  it("lets a job go only after its commit", async () => {
    const settled: string[] = [];
    const counted = add("one").then(() => settled.push("counted"));
    await new Promise(setImmediate);
    expect(settled).to.deep.equal([]);
    store.commit();
    await counted;
    expect(settled).to.deep.equal(["counted"]);
  });

  it("puts jobs that arrive during a commit into the next batch, in their order", async () => {
    const all = [add("one"), add("two"), add("three", "four")];
    await new Promise(setImmediate);
    expect(batches()).to.deep.equal([["one"]]);
    store.commit();
    await batchCount(2);
    store.commit();
    await Promise.all(all);
    expect(batches()).to.deep.equal([["one"], ["two", "three", "four"]]);
  });

  it("records all notifications of a job in one batch", async () => {
    const counted = batcher.add([notification("a", "b"), notification("c")]);
    expect(batches()).to.deep.equal([["a", "b", "c"]]);
    store.commit();
    await counted;
  });

  it("puts no more events into a batch than the limit, and what is too large into several", async () => {
    const all = [
      add("first"),
      add("a", "b", "c"),
      add("d"),
      add("e"),
      add("f", "g", "h", "i", "j", "k"),
      add("l"),
    ];
    for (let count = 1; count <= 6; count++) {
      await batchCount(count);
      store.commit();
    }
    await Promise.all(all);
    expect(batches()).to.deep.equal([
      ["first"],
      ["a", "b", "c", "d"],
      ["e"],
      ["f", "g", "h", "i"],
      ["l"],
      ["j", "k"],
    ]);
  });

  it("lets a job of several batches go only after the last of them", async () => {
    const settled: string[] = [];
    const counted = add("a", "b", "c", "d", "e").then(() => settled.push("counted"));
    store.commit();
    await batchCount(2);
    expect(settled).to.deep.equal([]);
    store.commit();
    await counted;
    expect(batches()).to.deep.equal([["a", "b", "c", "d"], ["e"]]);
  });

  it("does not let jobs of one batch go when only the batch before it is committed", async () => {
    const settled: string[] = [];
    const first = add("first").then(() => settled.push("first"));
    const second = add("second").then(() => settled.push("second"));
    store.commit();
    await first;
    await batchCount(2);
    expect(settled).to.deep.equal(["first"]);
    store.commit();
    await second;
  });

  it("has nothing to record for empty envelopes", async () => {
    await batcher.add([{ ...notification(), body: "{}" }]);
    await batcher.add([]);
    expect(batches()).to.deep.equal([]);
  });

  it("records what cannot be counted as rejected, beside its neighbours", async () => {
    const counted = batcher.add([
      notification("good"),
      { ...notification(), body: '{"events":[7]}' },
      { ...notification(), body: "no json" },
    ]);
    expect(batches()).to.deep.equal([["good", "not_an_object", "not_json"]]);
    store.commit();
    await counted;
  });

  it("tries the same batch again, for as long as it takes, and keeps its jobs meanwhile", async () => {
    let counted = false;
    const job = add("one").then(() => (counted = true));
    for (let failure = 1; failure <= 5; failure++) {
      await batchCount(failure);
      store.fail(`failure ${failure}`);
    }
    await batchCount(6);
    expect(counted).to.equal(false);
    store.commit();
    await job;
    expect(batches()).to.deep.equal(Array.from({ length: 6 }, () => ["one"]));
    expect(retries).to.deep.equal([1, 2, 3, 4, 5].map((failure) => `failure ${failure}`));
    expect(attempts).to.deep.equal([1, 2, 3, 4, 5]);
    expect(recorded).to.have.lengthOf(1);
  });

  it("begins to count its attempts anew for the next batch", async () => {
    const first = add("first");
    store.fail("away");
    await batchCount(2);
    store.commit();
    await first;
    const second = add("second");
    await batchCount(3);
    store.fail("away");
    await batchCount(4);
    store.commit();
    await second;
    expect(attempts).to.deep.equal([1, 1]);
  });

  it("tells of each committed batch once", async () => {
    const first = add("one");
    store.commit();
    await first;
    expect(recorded).to.deep.equal([{ received: 1, tracked: [], duplicates: 0, rejected: 0 }]);
  });

  it("records as many batches at once as it has lanes, and goes on with whichever is free", async () => {
    makeBatcher({ lanes: 2 });
    const done: string[] = [];
    for (const name of ["a", "b", "c", "d"]) {
      void batcher.add([notification(name)]).then(() => done.push(name));
    }
    expect(store.batches).to.have.length(2);
    store.commit();
    await eventually("the free lane takes what waits", () => store.batches.length === 3);
    expect(store.batches[2]).to.have.length(2);
    expect(done).to.deep.equal(["a"]);
    store.commit();
    store.commit();
    await eventually("all are done", () => done.length === 4);
  });

  it("uses another lane only when enough waits for it", async () => {
    makeBatcher({ lanes: 2, laneEvents: 3 });
    const jobs = [add("a"), add("b"), add("c")];
    expect(batches()).to.deep.equal([["a"]]);
    jobs.push(add("d"));
    expect(batches()).to.deep.equal([["a"], ["b", "c", "d"]]);
    // What was taken waits no longer, and counts for no lane.
    store.commit();
    await jobs[0];
    jobs.push(add("e"), add("f"));
    expect(store.batches).to.have.length(2);
    store.commit();
    await batchCount(3);
    store.commit();
    await Promise.all(jobs);
    expect(batches().slice(2)).to.deep.equal([["e", "f"]]);
  });

  it("finds a lane for a job that comes in the moment a batch is done", async () => {
    const chain = batcher.add([notification("a")]).then(() => batcher.add([notification("b")]));
    store.commit();
    await eventually("the second job is recorded", () => store.batches.length === 2);
    store.commit();
    await chain;
  });

  describe("that is stopped", () => {
    it("waits for the commit under way, whose jobs are counted, and hands the others back", async () => {
      const underWay = add("under way");
      const waiting = rejectionOf(add("waiting"));
      let stopped = false;
      const stop = batcher.stop().then(() => (stopped = true));
      await new Promise(setImmediate);
      expect(stopped).to.equal(false);
      store.commit();
      await Promise.all([underWay, stop]);
      expect(await waiting).to.be.an.instanceOf(HandlerStoppedError);
      expect(batches()).to.deep.equal([["under way"]]);
    });

    it("hands a batch back that cannot be counted now", async () => {
      const job = rejectionOf(add("one"));
      const stop = batcher.stop();
      store.fail("away");
      await stop;
      expect(await job).to.be.an.instanceOf(HandlerStoppedError);
      expect(batches()).to.deep.equal([["one"]]);
    });

    it("ends a pause between two attempts", async () => {
      let pausing = false;
      makeBatcher({
        pause: (_attempt, signal) =>
          new Promise((resolve) => {
            pausing = true;
            signal.addEventListener("abort", () => resolve());
          }),
      });
      const job = rejectionOf(add("one"));
      store.fail("away");
      await eventually("it pauses", () => pausing);
      await batcher.stop();
      expect(await job).to.be.an.instanceOf(HandlerStoppedError);
    });

    it("takes no more jobs, and can be stopped again", async () => {
      await batcher.stop();
      expect(await rejectionOf(add("late"))).to.be.an.instanceOf(HandlerStoppedError);
      await batcher.stop();
      expect(batches()).to.deep.equal([]);
    });
  });
});
