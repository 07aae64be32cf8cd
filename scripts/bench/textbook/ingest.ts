/**
 * Ingest as a good engineer writes it on the first day: Express 5, its JSON parser for every media type, one job per
 * event, and 200 when the queue has them all.
 */
import type { AddressInfo } from "node:net";
import { Queue } from "bullmq";
import express from "express";
import { TEXTBOOK_QUEUE, type TextbookJob } from "./textbook-job.ts";

const queue = new Queue<TextbookJob>(TEXTBOOK_QUEUE, {
  connection: { url: process.env["QUEUE_URL"] ?? "" },
  defaultJobOptions: { removeOnComplete: true, attempts: 10 },
});

const app = express();
app.use(express.json({ type: () => true, limit: "8mb" }));
app.post("/notifications", async (request, response) => {
  if (request.headers.authorization !== `Bearer ${process.env["SECRET"]}`) {
    response.sendStatus(401);
    return;
  }
  const { events = [] } = request.body as { events?: unknown[] };
  const receivedAt = new Date().toISOString();
  for (const event of events) {
    await queue.add("event", { registry: "textbook", receivedAt, event });
  }
  response.json({ accepted: events.length });
});

const server = app.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("disconnect", () => process.exit(0));
