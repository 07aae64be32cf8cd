import type { Notification } from "@tallyman/events";
import { expect } from "chai";
import { eventually } from "../../../test/support/eventually.ts";
import { Gate } from "../../../test/support/gate.ts";
import {
  HandlerStoppedError,
  type NotificationConsumer,
  type NotificationHandler,
  type NotificationQueue,
} from "./notification-queue.ts";

/** An empty queue of a test's own, and the way to its jobs. */
export interface TestQueue {
  readonly queue: NotificationQueue;
  consume(handle: NotificationHandler, concurrency: number): NotificationConsumer;
  /** Removes everything that the test made. */
  remove(): Promise<void>;
}

/** What every notification queue must do; run for each of them. */
export function describeNotificationQueue(name: string, open: () => Promise<TestQueue>): void {
  describe(`${name} as a notification queue`, () => {
    let queue: NotificationQueue;
    let testQueue: TestQueue;
    let consumers: NotificationConsumer[];
    let gate: Gate;

    const consume = (handle: NotificationHandler, concurrency = 1): NotificationConsumer => {
      const consumer = testQueue.consume(handle, concurrency);
      consumers.push(consumer);
      return consumer;
    };
    const isEmpty = async (): Promise<boolean> =>
      Object.values(await queue.depth()).every((jobs) => jobs === 0);

    beforeEach(async () => {
      testQueue = await open();
      queue = testQueue.queue;
      consumers = [];
      gate = new Gate();
    });

    afterEach(async () => {
      gate.open();
      await Promise.all(consumers.map((consumer) => consumer.close()));
      await queue.close();
      await testQueue.remove();
    });

    it("hands the notifications of one enqueue over together, in their order", async () => {
      const batch = ["one", "two", "three"].map(notification);
      await queue.enqueue(batch);
      await queue.enqueue([notification("four")]);
      const jobs: (readonly Notification[])[] = [];
      consume(async (job) => void jobs.push(job));
      await eventually("both jobs were handed over", () => jobs.length === 2);
      expect(jobs).to.have.deep.members([batch, [notification("four")]]);
    });

    it("hands bodies over exactly as they were, whatever they hold", async () => {
      const bodies = [
        String.raw`{"id":"\u0000 \ud800 \udfff"}`,
        '{"name":"🚢⚓ é é \u{10ffff} \u{feff} \u{fffd}"}',
        String.raw`{"quote":"\"\\\/\b\f\n\r\t"}`,
        '{ "spaces" :\r\n\t[ 1.0, 1e400, 123456789012345678901234567890 ] ,"a":1,"a":2}',
        '{"__proto__":{"polluted":true},"constructor":null}',
        `{"large":"${"x".repeat(1_048_576)}"}`,
        "{}",
      ];
      const batch = bodies.map(notification);
      await queue.enqueue(batch);
      const received: Notification[] = [];
      consume(async (job) => void received.push(...job));
      await eventually("the job was handed over", () => received.length > 0);
      expect(received).to.deep.equal(batch);
    });

    it("keeps what was enqueued before until a consumer comes", async () => {
      await queue.enqueue([notification("early")]);
      expect(await queue.depth()).to.deep.equal({ waiting: 1, active: 0, delayed: 0, failed: 0 });
      const received: string[] = [];
      consume(async (job) => void received.push(...job.map(({ body }) => body)));
      await eventually("the job was handed over", () => received.length > 0);
      expect(received).to.deep.equal(["early"]);
    });

    it("hands over many jobs at once, as many as the concurrency allows", async () => {
      for (let i = 0; i < 10; i++) await queue.enqueue([notification(`job ${i}`)]);
      let running = 0;
      let most = 0;
      const done: string[] = [];
      consume(async ([first]) => {
        most = Math.max(most, ++running);
        await gate.opened;
        running--;
        done.push(first?.body ?? "");
      }, 4);
      await eventually("four jobs are with the handler", () => running === 4);
      expect(await queue.depth()).to.deep.equal({ waiting: 6, active: 4, delayed: 0, failed: 0 });
      gate.open();
      await eventually("all jobs are done", () => done.length === 10);
      expect(most).to.equal(4);
      expect(done).to.have.members(Array.from({ length: 10 }, (_, i) => `job ${i}`));
    });

    it("hands each job to one of several consumers", async () => {
      const seen: string[] = [];
      const handle: NotificationHandler = async (job) => void seen.push(job[0]?.body ?? "");
      for (let i = 0; i < 3; i++) consume(handle, 5);
      const bodies = Array.from({ length: 60 }, (_, i) => `job ${i}`);
      for (const body of bodies) await queue.enqueue([notification(body)]);
      await eventually("the queue is empty", isEmpty);
      expect(seen).to.have.members(bodies);
    });

    it("lets a job go only when its handler has resolved", async () => {
      await queue.enqueue([notification("job")]);
      let started = false;
      consume(async () => {
        started = true;
        await gate.opened;
      });
      await eventually("the job is with the handler", () => started);
      expect(await queue.depth()).to.deep.equal({ waiting: 0, active: 1, delayed: 0, failed: 0 });
      gate.open();
      await eventually("the queue is empty", isEmpty);
    });

    it("keeps a job whose handler fails", async () => {
      await queue.enqueue([notification("job")]);
      let calls = 0;
      consume(async () => {
        if (++calls === 1) throw new Error("the first attempt fails");
        await gate.opened;
      });
      await eventually("the failed job is in the queue again", async () => {
        const { waiting, active, delayed } = await queue.depth();
        return (calls === 1 && waiting + delayed === 1) || (calls === 2 && active === 1);
      });
      expect((await queue.depth()).failed).to.equal(0);
    });

    it("gives a job whose handler stopped to another consumer at once", async () => {
      await queue.enqueue([notification("job")]);
      let stopped = false;
      const stopping = consume(async () => {
        stopped = true;
        await gate.opened;
        throw new HandlerStoppedError();
      });
      await eventually("the job is with the first consumer", () => stopped);
      const closed = stopping.close();
      gate.open();
      await closed;
      // Neither failed nor delayed: nothing was counted against the job.
      expect(await queue.depth()).to.deep.equal({ waiting: 1, active: 0, delayed: 0, failed: 0 });
      let handled = 0;
      consume(async () => void handled++);
      await eventually("the second consumer has it", () => handled === 1);
      await eventually("the queue is empty", isEmpty);
    });

    it("closes a consumer when its running handlers are done, and takes no jobs after that", async () => {
      await queue.enqueue([notification("running")]);
      const steps: string[] = [];
      const consumer = consume(async ([first]) => {
        steps.push(`started ${first?.body}`);
        await gate.opened;
        steps.push(`finished ${first?.body}`);
      }, 2);
      await eventually("the job is with the handler", () => steps.length === 1);
      const closed = consumer.close().then(() => steps.push("closed"));
      // While the handler runs: here a close that does not wait for it would show.
      expect(await queue.depth()).to.deep.equal({ waiting: 0, active: 1, delayed: 0, failed: 0 });
      expect(steps).to.deep.equal(["started running"]);
      gate.open();
      await closed;
      await queue.enqueue([notification("late")]);
      expect(await queue.depth()).to.deep.equal({ waiting: 1, active: 0, delayed: 0, failed: 0 });
      expect(steps).to.deep.equal(["started running", "finished running", "closed"]);
    });

    it("can be closed twice, and so can its consumers", async () => {
      const consumer = consume(async () => undefined);
      await Promise.all([consumer.close(), consumer.close()]);
      await consumer.close();
      await Promise.all([queue.close(), queue.close()]);
      await queue.close();
    });

    it("refuses to enqueue once it is closed", async () => {
      await queue.close();
      let refusal: unknown;
      await queue.enqueue([notification("late")]).catch((error: unknown) => (refusal = error));
      expect(refusal).to.be.an.instanceOf(Error);
    });
  });
}

/** A notification with a body; registry and time of receipt are the same for all. */
export function notification(body: string): Notification {
  return { registry: "harbour", receivedAt: "2026-03-02T09:15:27.123Z", body };
}
