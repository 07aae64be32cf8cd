import { BullmqConsumer, BullmqQueue, migrateQueue } from "@tallyman/queue";
import { createPostgresBackend, Queue, UnrecoverableError } from "bullmq";
import { expect } from "chai";
import pg from "pg";
import { eventually } from "../../../test/support/eventually.ts";
import { startApp, stopApps } from "../../../test/support/processes.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";

describe("a worker", function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let admin: pg.Client;

  before(async () => {
    database = await createTestDatabase();
    await migrateQueue({ url: database.url });
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
  });
  after(async () => {
    await stopApps();
    await admin.end();
    await database.drop();
  });

  it("puts failed jobs back and counts them, and sets jobs of somebody else aside", async () => {
    const fail = (error: Error): never => {
      throw error;
    };
    const queue = new BullmqQueue({ url: database.url }, fail);
    const event = { id: "1", action: "push", target: { repository: "a", tag: "v1" } };
    const receivedAt = "2026-11-21T10:00:00.000Z";
    await queue.enqueue([
      { registry: "harbour", receivedAt, body: JSON.stringify({ events: [event] }) },
    ]);
    const failing = new BullmqConsumer({
      location: { url: database.url },
      handle: () => {
        throw new UnrecoverableError("for ever");
      },
      concurrency: 1,
      onError: fail,
    });
    await eventually("the job has failed", async () => (await queue.depth()).failed === 1);
    await failing.close();
    const foreign = new Queue(
      "notifications",
      { connection: { connectionString: database.url, schema: "bullmq" } },
      createPostgresBackend,
    );
    await foreign.add("mail", { to: "mira" });
    await foreign.close();

    const worker = await startApp("worker", {
      DATABASE_URL: database.url,
      QUEUE_URL: database.url,
    });
    await eventually("both were dealt with", async () => {
      const { rows } = await admin.query("select from ledger");
      return rows.length === 2;
    });
    const { rows } = await admin.query(
      "select registry, tracked::int, rejected::int from ledger order by 1",
    );
    expect(rows).to.deep.equal([
      { registry: "harbour", tracked: 1, rejected: 0 },
      { registry: "unknown", tracked: 0, rejected: 1 },
    ]);
    expect(
      (await admin.query("select registry, reason, payload from rejected_events")).rows,
    ).to.deep.equal([
      { registry: "unknown", reason: "unknown_shape", payload: '{"job":{"to":"mira"}}' },
    ]);
    await eventually("nothing is left in the queue", async () => {
      const { waiting, active, delayed, failed } = await queue.depth();
      return waiting + active + delayed + failed === 0;
    });
    await queue.close();
    const metrics = await (await fetch(`${worker.opsUrl}/metrics`)).text();
    expect(metrics).to.contain("\ntallyman_worker_failed_jobs_swept_total 1\n");
    expect(
      (await worker.logs()).some(
        ({ message, jobs }) => message === "failed jobs were put back into the queue" && jobs === 1,
      ),
    ).to.equal(true);
  });
});
