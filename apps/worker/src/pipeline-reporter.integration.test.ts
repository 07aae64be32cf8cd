import { createPool, tellPipeline } from "@tallyman/database";
import { BullmqConsumer, BullmqQueue } from "@tallyman/queue";
import { expect } from "chai";
import type pg from "pg";
import { fromTestRun } from "../../../test/support/environment.ts";
import { deleteKeys, randomNamespace } from "../../../test/support/queue-namespace.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { PipelineReporter } from "./pipeline-reporter.ts";

const fail = (error: Error): void => {
  throw error;
};

const notification = (registry: string, receivedAt: string) => ({
  registry,
  receivedAt,
  body: '{"events":[]}',
});

describe("PipelineReporter", () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let queue: BullmqQueue;
  const url = fromTestRun("TALLYMAN_TEST_REDIS_URL");
  const namespace = `{${randomNamespace()}}`;

  before(async () => {
    database = await createTestDatabase();
    pool = createPool({
      url: database.url,
      max: 2,
      applicationName: "tallyman-test",
      onError: fail,
    });
    queue = new BullmqQueue({ url, namespace }, fail);
  });

  after(async () => {
    await queue.close();
    await deleteKeys(url, namespace);
    await pool.end();
    await database.drop();
  });

  const reporter = () =>
    new PipelineReporter({ queue, tell: (state) => tellPipeline(pool, state) });

  const told = async () =>
    (
      await pool.query(
        `select waiting, active, oldest_waiting_since, told_at > now() - interval '1 minute' as lately
         from pipeline_queue`,
      )
    ).rows;

  it("tells what waits and since when, and that nothing waits any more", async () => {
    const before = new Date();
    await queue.enqueue([notification("hub", "2026-01-01T00:00:00.000Z")]);
    const between = new Date();
    await queue.enqueue([notification("hub", "2026-01-01T00:00:01.000Z")]);
    await reporter().report();
    const [state] = await told();
    expect(state).to.include({ waiting: "2", active: "0", lately: true });
    expect(state.oldest_waiting_since).to.be.within(before, between);

    let counted = 0;
    await new Promise<void>((resolve) => {
      const consumer = new BullmqConsumer({
        location: { url, namespace },
        handle: async () => {
          counted++;
          if (counted === 2) resolve(Promise.resolve().then(() => consumer.close()));
        },
        concurrency: 1,
        onError: fail,
      });
    });
    await reporter().report();
    expect(await told()).to.deep.equal([
      { waiting: "0", active: "0", oldest_waiting_since: null, lately: true },
    ]);
  });

  it("tells until when each registry is counted; an older worker takes nothing back", async () => {
    const receipts = async () =>
      (
        await pool.query(
          "select registry, last_received_at from pipeline_receipts order by registry",
        )
      ).rows;
    const newer = reporter();
    newer.note([
      notification("hub", "2026-01-01T00:00:02.000Z"),
      notification("hub", "2026-01-01T00:00:01.000Z"),
      notification("quay", "2026-01-01T00:00:00.000Z"),
    ]);
    await newer.report();
    const older = reporter();
    older.note([
      notification("hub", "2026-01-01T00:00:01.500Z"),
      notification("quay", "2026-01-01T00:00:03.000Z"),
    ]);
    await older.report();
    expect(await receipts()).to.deep.equal([
      { registry: "hub", last_received_at: new Date("2026-01-01T00:00:02Z") },
      { registry: "quay", last_received_at: new Date("2026-01-01T00:00:03Z") },
    ]);
  });
});
