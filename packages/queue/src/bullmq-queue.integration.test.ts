import pg from "pg";
import { fromTestRun } from "../../../test/support/environment.ts";
import { deleteKeys, randomNamespace } from "../../../test/support/queue-namespace.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { migrateQueue, type QueueLocation } from "./bullmq-backend.ts";
import { BullmqConsumer } from "./bullmq-consumer.ts";
import { BullmqQueue } from "./bullmq-queue.ts";
import { describeNotificationQueue, type TestQueue } from "./notification-queue.contract.ts";

function openAt(location: QueueLocation, remove: () => Promise<void>): TestQueue {
  const fail = (error: Error): void => {
    throw error;
  };
  return {
    queue: new BullmqQueue(location, fail),
    consume: (handle, concurrency) =>
      new BullmqConsumer({ location, handle, concurrency, onError: fail }),
    remove,
  };
}

describeNotificationQueue("BullMQ on Redis", async () => {
  const url = fromTestRun("TALLYMAN_TEST_REDIS_URL");
  const namespace = `{${randomNamespace()}}`;
  return openAt({ url, namespace }, () => deleteKeys(url, namespace));
});

describe("on Postgres", () => {
  let database: TestDatabase;

  before(async () => {
    database = await createTestDatabase();
  });

  after(() => database.drop());

  describeNotificationQueue("BullMQ on Postgres", async () => {
    const location = { url: database.url, namespace: randomNamespace() };
    await migrateQueue(location);
    return openAt(location, async () => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(`drop schema ${location.namespace} cascade`);
      await client.end();
    });
  });
});
