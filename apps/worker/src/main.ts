import {
  awaitAgreementOnNames,
  awaitSchema,
  createPool,
  ensurePartitions,
  MAX_EVENTS_PER_TRANSACTION,
  PostgresTrackingStore,
  tellPipeline,
} from "@tallyman/database";
import { actorNames } from "@tallyman/events";
import { BullmqConsumer, BullmqQueue, FailedJobSweep } from "@tallyman/queue";
import {
  closeServer,
  createLogger,
  Lifecycle,
  limitHeapGrowth,
  runMain,
  startOpsServer,
  throttle,
} from "@tallyman/runtime";
import { collectDefaultMetrics } from "prom-client";
import { backoff } from "./backoff.ts";
import { Batcher, LANE_EVENTS, LANES } from "./batcher.ts";
import { CONFIG, SECRET_SETTINGS, type WorkerConfig } from "./config.ts";
import { logRecorded } from "./log-recorded.ts";
import { startMaintenance } from "./maintenance.ts";
import { exposeQueue, observeBatch, observeRetry, observeSweep } from "./metrics.ts";
import { sumDueActorDays } from "./sum-due-actor-days.ts";
import { PipelineReporter } from "./pipeline-reporter.ts";

/**
 * Jobs with this worker at once, as long as they are small: well-filled transactions also when each holds one
 * notification. BullMQ may fetch that many before it handles the first, so it bounds the memory of a surge as well: 200 jobs
 * of half a megabyte.
 */
const CONCURRENCY = 200;

/** Of bodies at once. A body takes some five times its size while it is counted. */
const MAX_CHARACTERS = 16_777_216;

/** The batcher's, a health check and the maintenance. */
const CONNECTIONS = LANES + 2;

/** At most one line a second about a server that is away. */
const TROUBLE_INTERVAL_MS = 1_000;

/** Fresh enough to be watched, seldom enough to cost nothing. */
const REPORT_INTERVAL_MS = 5_000;

/** Behind a full queue a worker takes 265 MB with this and 385 MB without. */
const HEAP_GROWTH_PERCENT = 100;

async function start(config: WorkerConfig): Promise<void> {
  limitHeapGrowth(HEAP_GROWTH_PERCENT);
  const logger = createLogger("worker", config.LOG_LEVEL);
  const lifecycle = new Lifecycle(logger);
  collectDefaultMetrics();
  const trouble = (message: string) =>
    throttle(TROUBLE_INTERVAL_MS, (error: unknown, suppressed: number) => {
      logger.warn(message, { error, suppressed });
    });

  const pool = createPool({
    url: config.DATABASE_URL,
    max: CONNECTIONS,
    applicationName: "tallyman-worker",
    onError: trouble("database connection in trouble"),
  });
  const names = actorNames(config.ACTOR_NAMES, config.ACTOR_NAMES_KEY);
  const store = new PostgresTrackingStore(pool, config.USER_DIRECTORY, names);
  lifecycle.onClose("database", () => store.close());

  const queue = new BullmqQueue({ url: config.QUEUE_URL }, trouble("queue connection in trouble"));
  lifecycle.onClose("queue", () => queue.close());
  exposeQueue(queue);

  const ops = await startOpsServer({
    host: config.HOST,
    port: config.OPS_PORT,
    isOpen: lifecycle.isOpen,
    checks: { queue: () => queue.depth(), database: () => store.ping() },
  });
  lifecycle.onClose("operations port", () => closeServer(ops));

  const waiting = trouble("the database does not answer yet");
  const pause = async (attempt: number, error: unknown): Promise<boolean> => {
    waiting(error);
    await backoff(attempt, lifecycle.signal);
    return lifecycle.isOpen();
  };
  const ready =
    (await awaitSchema(pool, pause)) && (await awaitAgreementOnNames(pool, names, pause));
  if (!ready) return;

  const maintenance = startMaintenance({
    run: () => ensurePartitions(pool, new Date()),
    onError: trouble("making partitions ahead failed; it will be tried again"),
  });
  lifecycle.onClose("maintenance", () => maintenance.stop());

  const summing = startMaintenance({
    run: () => sumDueActorDays(config.DATABASE_URL, lifecycle.signal),
    onError: trouble("what people did could not be summed up; it will be tried again"),
  });
  lifecycle.onClose("sums by actor", () => summing.stop());

  const reporter = new PipelineReporter({ queue, tell: (state) => tellPipeline(pool, state) });
  const reporting = startMaintenance({
    run: () => reporter.report(),
    onError: trouble("where the pipeline stands could not be told"),
    intervalMs: REPORT_INTERVAL_MS,
    retryMs: REPORT_INTERVAL_MS,
  });
  lifecycle.onClose("report of the pipeline", () => reporting.stop());

  const retrying = trouble("a batch could not be counted and is tried again");
  const batcher = new Batcher({
    store,
    maxEvents: MAX_EVENTS_PER_TRANSACTION,
    lanes: LANES,
    laneEvents: LANE_EVENTS,
    onRecorded: (batch) => {
      observeBatch(batch);
      logRecorded(logger, batch);
    },
    onRetry: (error) => {
      observeRetry();
      retrying(error);
    },
    pause: backoff,
  });
  const consumer = new BullmqConsumer({
    location: { url: config.QUEUE_URL },
    handle: async (notifications) => {
      await batcher.add(notifications);
      reporter.note(notifications);
    },
    concurrency: CONCURRENCY,
    maxNotifications: LANES * MAX_EVENTS_PER_TRANSACTION,
    maxCharacters: MAX_CHARACTERS,
    onError: trouble("queue worker in trouble"),
  });
  lifecycle.onClose("consumer", async () => {
    // Jobs that cannot be counted any more are handed back, or closing the consumer would wait for them.
    await Promise.all([consumer.close(), batcher.stop()]);
  });
  const sweep = new FailedJobSweep({
    location: { url: config.QUEUE_URL },
    onSwept: (jobs) => {
      observeSweep(jobs);
      logger.warn("failed jobs were put back into the queue", { jobs });
    },
    onError: trouble("sweep of failed jobs in trouble"),
  });
  lifecycle.onClose("sweep", () => sweep.close());
  logger.info("worker counts", { concurrency: CONCURRENCY });
}

await runMain({ schema: CONFIG, secrets: SECRET_SETTINGS, start });
