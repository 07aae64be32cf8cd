import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedisServer } from "../../../scripts/local/redis-server.ts";
import { toolFromTestRun } from "../../../test/support/environment.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { Gate } from "../../../test/support/gate.ts";
import { BullmqConsumer } from "./bullmq-consumer.ts";
import { BullmqQueue } from "./bullmq-queue.ts";
import { notification } from "./notification-queue.contract.ts";

const CLOSE_LIMIT_MS = 1_000;

describe("BullmqConsumer", () => {
  it("can be closed although Redis has gone while it had jobs, and ends when Redis is back", async () => {
    const directory = await mkdtemp(join(tmpdir(), "tallyman-consumer-"));
    const tool = toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER");
    let redis = await startRedisServer({ tool, directory });
    try {
      const [taken, finish] = [new Gate(), new Gate()];
      const consumer = new BullmqConsumer({
        location: { url: redis.url },
        concurrency: 1,
        handle: async () => {
          taken.open();
          await finish.opened;
        },
        closeLimitMs: CLOSE_LIMIT_MS,
        onError: () => undefined,
      });
      const queue = new BullmqQueue({ url: redis.url }, () => undefined);
      await queue.enqueue([notification("job")]);
      await queue.close();
      await taken.opened;
      await redis.kill();
      finish.open();
      // Without a limit this waits until Redis is back, which is longer than any test has.
      await consumer.close();
      // Only then can it be told of the end of the job.
      redis = await startRedisServer({ tool, directory, port: redis.port });
      await eventually("the consumer has ended", async () => {
        const startedAt = performance.now();
        await consumer.close();
        return performance.now() - startedAt < CLOSE_LIMIT_MS;
      });
    } finally {
      await redis.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
