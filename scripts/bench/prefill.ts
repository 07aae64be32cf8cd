import { setTimeout as delay } from "node:timers/promises";
import { Queue } from "bullmq";
import { BullmqQueue } from "../../packages/queue/src/index.ts";
import { REGISTRY } from "./app-process.ts";
import type { Sent } from "./side-traffic.ts";
import { TEXTBOOK_QUEUE, type TextbookJob } from "./textbook/textbook-job.ts";
import { eventBody, eventId } from "./workload.ts";

/** Jobs that are being stored at once. */
const AT_ONCE = 16;

const TEXTBOOK_CHUNK = 500;

export interface Prefill {
  readonly queueUrl: string;
  readonly run: string;
  readonly events: number;
  /** Which event of the workload comes first. */
  readonly firstIndex: number;
}

/** Fills our queue, through our own package, with jobs as ingest forms them. @param groupSize notifications in a job */
export async function fillOurQueue(prefill: Prefill, groupSize: number): Promise<void> {
  await withOurQueue(prefill.queueUrl, async (queue) => {
    const bodies = bodiesOf(prefill);
    const receivedAt = new Date().toISOString();
    let pending: Promise<void>[] = [];
    for (let from = 0; from < bodies.length; from += groupSize) {
      const group = bodies.slice(from, from + groupSize);
      pending.push(queue.enqueue(group.map((body) => ({ registry: REGISTRY, receivedAt, body }))));
      if (pending.length < (groupSize > 1 ? 2 : AT_ONCE)) continue;
      await Promise.all(pending);
      pending = [];
    }
    await Promise.all(pending);
  });
}

/** Puts some notifications into our queue as one job. */
export async function enqueueOneJob(queueUrl: string, notifications: readonly Sent[]) {
  const receivedAt = new Date().toISOString();
  await withOurQueue(queueUrl, (queue) =>
    queue.enqueue(notifications.map((sent) => ({ ...sent, receivedAt }))),
  );
}

async function withOurQueue(url: string, fill: (queue: BullmqQueue) => Promise<void>) {
  const errors: Error[] = [];
  const queue = new BullmqQueue({ url }, (error) => void errors.push(error));
  try {
    // Its commands fail rather than wait for the connection.
    for (let attempt = 0; attempt < 100 && !(await answers(queue)); attempt++) await delay(10);
    await fill(queue);
  } finally {
    await queue.close();
  }
  if (errors[0] !== undefined) throw errors[0];
}

function answers(queue: BullmqQueue): Promise<boolean> {
  return queue.depth().then(
    () => true,
    () => false,
  );
}

/** Fills the textbook's queue with one job per event. */
export async function fillTextbookQueue(prefill: Prefill): Promise<void> {
  const queue = new Queue<TextbookJob>(TEXTBOOK_QUEUE, { connection: { url: prefill.queueUrl } });
  const receivedAt = new Date().toISOString();
  const jobs = bodiesOf(prefill).map((body) => ({
    name: "event",
    data: {
      registry: "textbook",
      receivedAt,
      event: (JSON.parse(body) as { events: unknown[] }).events[0],
    },
    opts: { removeOnComplete: true, attempts: 10 },
  }));
  for (let from = 0; from < jobs.length; from += TEXTBOOK_CHUNK) {
    await queue.addBulk(jobs.slice(from, from + TEXTBOOK_CHUNK));
  }
  await queue.close();
}

/** Request bodies, one event each. */
export function bodiesOf({ run, events, firstIndex }: Omit<Prefill, "queueUrl">): string[] {
  const until = Date.now();
  return Array.from({ length: events }, (_, number) =>
    eventBody(firstIndex + number, eventId(run, number), until),
  );
}
