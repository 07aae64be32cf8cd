import type { RecordedBatch } from "@tallyman/database";
import type { NotificationQueue } from "@tallyman/queue";
import { Counter, Gauge, Histogram } from "prom-client";

const outcomes = new Counter({
  name: "tallyman_worker_events_total",
  help: "Events by outcome; tracked + duplicate + rejected is everything received.",
  labelNames: ["outcome"] as const,
});

const batches = new Histogram({
  name: "tallyman_worker_batch_events",
  help: "Events per committed transaction.",
  buckets: [1, 5, 20, 100, 500, 1_000, 2_000, 4_000, 10_000],
});

const lag = new Gauge({
  name: "tallyman_worker_lag_seconds",
  help: "Time from receipt to commit of the oldest event in the last batch.",
});

const retries = new Counter({
  name: "tallyman_worker_retries_total",
  help: "Batches that had to be tried again, mostly because the database was away.",
});

const swept = new Counter({
  name: "tallyman_worker_failed_jobs_swept_total",
  help: "Jobs that the queue had marked as failed and that this worker has put back.",
});

/** Counts a committed batch. */
export function observeBatch(batch: RecordedBatch): void {
  outcomes.inc({ outcome: "tracked" }, batch.tracked.length);
  outcomes.inc({ outcome: "duplicate" }, batch.duplicates);
  outcomes.inc({ outcome: "rejected" }, batch.rejected);
  batches.observe(batch.received);
  const oldest = batch.tracked.reduce<string | undefined>(
    (first, { receivedAt }) => (first === undefined || receivedAt < first ? receivedAt : first),
    undefined,
  );
  if (oldest !== undefined) lag.set((Date.now() - Date.parse(oldest)) / 1_000);
}

/** Counts a batch that has to be tried again. */
export function observeRetry(): void {
  retries.inc();
}

/** Counts failed jobs that were put back. */
export function observeSweep(jobs: number): void {
  swept.inc(jobs);
}

/** Shows what the queue holds whenever the metrics are read. */
export function exposeQueue(queue: NotificationQueue): void {
  new Gauge({
    name: "tallyman_queue_jobs",
    help: "Jobs in the queue by state.",
    labelNames: ["state"] as const,
    async collect() {
      try {
        for (const [state, jobs] of Object.entries(await queue.depth())) this.set({ state }, jobs);
      } catch {
        // The queue is away: no figure rather than an old one.
        this.reset();
      }
    },
  });
}
