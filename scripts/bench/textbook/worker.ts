/**
 * The worker as a good engineer writes it on the first day: one job and one knex transaction per event, ten at a time.
 * It writes the same tables as ours, with the same results.
 */
import { Worker } from "bullmq";
import knex from "knex";
import { recordEvent } from "./record-event.ts";
import { TEXTBOOK_QUEUE, type TextbookJob } from "./textbook-job.ts";

const CONCURRENCY = 10;

const database = knex({
  client: "pg",
  connection: process.env["DATABASE_URL"] ?? "",
  pool: { min: 2, max: CONCURRENCY },
});

const worker = new Worker<TextbookJob>(
  TEXTBOOK_QUEUE,
  async ({ data }) => {
    await database.transaction((transaction) => recordEvent(transaction, data));
  },
  {
    connection: { url: process.env["QUEUE_URL"] ?? "" },
    concurrency: CONCURRENCY,
  },
);
worker.on("failed", (_job, error) => {
  console.error("textbook worker:", error.message);
});
await worker.waitUntilReady();
await database.raw("select 1");
process.send?.("ready");
process.on("disconnect", () => process.exit(0));
