import { expect } from "chai";
import { Redis } from "ioredis";
import { startRedisServer, type RedisServer } from "../../../scripts/local/redis-server.ts";
import { toolFromTestRun } from "../../../test/support/environment.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { openRelay, type Relay } from "../../../test/support/relay.ts";
import { rejectionOf, succeeds } from "../../../test/support/rejection.ts";
import { BullmqConsumer } from "./bullmq-consumer.ts";
import { BullmqQueue } from "./bullmq-queue.ts";
import { GuardedQueue } from "./guarded-queue.ts";
import { inspectQueue } from "./inspect-queue.ts";
import { notification } from "./notification-queue.contract.ts";
import { RedisGuard } from "./redis-guard.ts";

const ignore = (): void => undefined;

describe("a Redis that hands over to its replica", () => {
  /** Closers of what a test has opened; the last one first. */
  let closers: (() => Promise<unknown>)[];
  let first: Node;
  let second: Node;
  /** The address by which the queue is known; it leads to the primary. */
  let address: Relay;
  let url: string;

  interface Node {
    readonly server: RedisServer;
    readonly admin: Redis;
  }

  async function startNode(): Promise<Node> {
    const server = await startRedisServer({
      tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER"),
      settings: { "repl-diskless-sync-delay": "0" },
    });
    const admin = new Redis(server.url);
    closers.push(async () => {
      admin.disconnect();
      // Told to stop, each would wait for the other.
      await server.kill();
      await server.stop();
    });
    return { server, admin };
  }

  beforeEach(async () => {
    closers = [];
    first = await startNode();
    second = await startNode();
    await second.admin.replicaof("127.0.0.1", first.server.port);
    await isReplica(second);
    address = await openRelay(first.server.url);
    closers.push(() => address.close());
    url = address.through(first.server.url);
  });

  afterEach(async () => {
    for (const close of closers.toReversed()) await close();
  });

  const isReplica = ({ admin }: Node): Promise<void> =>
    eventually("the replica follows", async () => {
      const info = await admin.info("replication");
      return info.includes("role:slave") && info.includes("master_link_status:up");
    });

  /** As an operator or a managed service does it: nothing is lost, and no connection is closed. */
  async function handOver(): Promise<void> {
    await eventually("the primary knows its replica", () =>
      succeeds(first.admin.call("FAILOVER", "TO", "127.0.0.1", String(second.server.port))),
    );
    await isReplica(first);
  }

  function openQueue(): BullmqQueue {
    const queue = new BullmqQueue({ url }, ignore);
    closers.push(() => queue.close());
    return queue;
  }

  it("is followed by the queue, which loses nothing that it has confirmed", async () => {
    const queue = openQueue();
    await queue.enqueue([notification("before")]);
    await handOver();
    address.lead(second.server.url);
    await eventually("the queue takes notifications again", () =>
      succeeds(queue.enqueue([notification("after")])),
    );
    expect(await queue.depth()).to.deep.include({ waiting: 2 });
    expect(await second.admin.info("replication")).to.contain("role:master");
  });

  it("confirms nothing while it wants a replica to follow and none does", async () => {
    await first.admin.config("SET", "min-replicas-to-write", "1");
    const queue = openQueue();
    await eventually("the queue takes what is followed", () =>
      succeeds(queue.enqueue([notification("followed")])),
    );
    await second.admin.replicaof("NO", "ONE");
    await eventually("the queue refuses", async () => {
      return !(await succeeds(queue.enqueue([notification("alone")])));
    });
    expect((await rejectionOf(queue.enqueue([notification("alone")]))).message).to.contain(
      "NOREPLICAS",
    );
  });

  it("is followed by a worker that waits for jobs", async () => {
    const bodies: string[] = [];
    const consumer = new BullmqConsumer({
      location: { url },
      concurrency: 10,
      handle: async (notifications) => void bodies.push(...notifications.map(({ body }) => body)),
      onError: ignore,
    });
    closers.push(() => consumer.close());
    await openQueue().enqueue([notification("before")]);
    await eventually("the worker works", () => bodies.length === 1);
    await handOver();
    address.lead(second.server.url);
    const queue = new BullmqQueue({ url: second.server.url }, ignore);
    closers.push(() => queue.close());
    await queue.enqueue([notification("after")]);
    await eventually("the worker works again", () => bodies.length === 2);
    await eventually("the job is done", async () => {
      const { waiting, active } = await queue.depth();
      return waiting + active === 0;
    });
  });

  it("gets nothing from the guard while the address leads to a replica, and everything afterwards", async () => {
    const guard = new RedisGuard({ url, allowVolatile: false, onVerdict: ignore, onError: ignore });
    closers.push(async () => guard.close());
    const queue = new GuardedQueue(openQueue(), guard);
    await eventually("the guard is content", () => guard.refusal === undefined);
    await handOver();
    await eventually(
      "the guard tells of the replica",
      () => guard.refusal?.includes("is a replica") ?? false,
    );
    address.lead(second.server.url);
    await eventually("notifications are taken again", () =>
      succeeds(queue.enqueue([notification("after")])),
    );
  });

  it("is a fault to whoever inspects the queue by an address that leads to a replica", async () => {
    await handOver();
    const { verdict } = await inspectQueue({ url }, false);
    expect(verdict.faults.join()).to.contain("is a replica");
  });
});
