import { startApp } from "./app-process.ts";
import type { BenchContext } from "./bench-context.ts";
import { withClient } from "./databases.ts";
import { enqueueOneJob, fillOurQueue } from "./prefill.ts";
import { MAKE_SEED, rollups } from "./repeat-rollups.ts";
import {
  PREVIEW_EVENTS,
  previewDeletions,
  previewPushes,
  uncountableEvents,
} from "./side-traffic.ts";
import { newId, newRepository, newTag, SPAN } from "./repetition.ts";
import { FULL_JOB } from "./stages/worker.ts";
import { untilVisible } from "./tracked.ts";

/** Rows that our own worker writes, and that are then repeated further and further back in time. */
export const SEED_ROWS = 100_000;

/** Events of the workload far from those that any round takes. */
const SEED_INDEX = 10_000_000;

/** Lets our worker count the seed in an empty database. */
export async function fillSeed(context: BenchContext, url: string): Promise<void> {
  const { redis, services, logDirectory, nextRun } = context;
  await redis.flushall();
  const queueUrl = services.redis.url;
  const run = nextRun();
  const workload = SEED_ROWS - PREVIEW_EVENTS;
  await fillOurQueue({ queueUrl, run, events: workload, firstIndex: SEED_INDEX }, FULL_JOB);
  const now = Date.now();
  await enqueueOneJob(queueUrl, [...uncountableEvents(run), ...previewPushes(run, now)]);
  const worker = await startApp("worker", { QUEUE_URL: queueUrl, DATABASE_URL: url }, logDirectory);
  try {
    await untilVisible(url, SEED_ROWS - PREVIEW_EVENTS / 2, () => undefined);
    await enqueueOneJob(queueUrl, previewDeletions(run, now));
    await untilVisible(url, SEED_ROWS, () => undefined);
  } finally {
    await worker.stop();
  }
  await runAll(url, MAKE_SEED);
}

/**
 * Repeats the seed by SQL until a database holds so many tracking rows: each repetition lies some days before the one
 * before it, with event ids, versions and short-lived repositories of its own, by the same users in the same other
 * repositories. The indexes are there all the time and keys arrive in random order, so that every table and index is as
 * it would have grown. The rollups are what the worker would have made of the rows.
 */
export async function repeatSeed(url: string, rows: number): Promise<void> {
  const last = rows / SEED_ROWS - 1;
  if (last >= 1) {
    await runAll(url, [MAKE_PARTITIONS(last)]);
    const copies = Array.from({ length: last }, (_, index) => last - index);
    await Promise.all([
      runAll(url, copies.map(INSERT_TRACKING_EVENTS)),
      runAll(url, [...copies.map(INSERT_EVENT_KEYS), ...rollups(last)]),
    ]);
  }
  await runAll(url, ["drop schema seed cascade"]);
  await vacuum(url);
}

/** Half of the rows' bytes are in one table, so that two sessions are done in half the time. */
async function vacuum(url: string): Promise<void> {
  const others = await withClient(url, async (client) => {
    const { rows } = await client.query<{ names: string }>(
      `select string_agg(oid::regclass::text, ', ') as names from pg_class
       where relkind = 'r' and not relispartition and relnamespace in ('public'::regnamespace, 'tallyman'::regnamespace)`,
    );
    return rows[0]?.names;
  });
  await Promise.all([
    runAll(url, ["vacuum (analyze) tracking_events"]),
    runAll(url, [`vacuum (analyze) ${others}`]),
  ]);
  await runAll(url, ["checkpoint"]);
}

/** Compiling each of hundreds of statements would take longer than it saves, and none of this must survive a crash. */
const SESSION =
  "set timezone to 'UTC'; set work_mem to '256MB'; set jit to off; set synchronous_commit to off";

async function runAll(url: string, statements: readonly string[]): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(SESSION);
    for (const statement of statements) await client.query(statement);
  });
}

const MAKE_PARTITIONS = (last: number): string =>
  `select tallyman.ensure_month_partition(month::date)
   from generate_series(
     date_trunc('month', now() - ${last + 2} * ${SPAN}), date_trunc('month', now()), interval '1 month'
   ) as month`;

const INSERT_TRACKING_EVENTS = (copy: number): string =>
  `insert into tracking_events
   select ${newId(copy)}, registry, occurred_at - ${copy} * ${SPAN}, received_at - ${copy} * ${SPAN},
     timestamp_source, operation, target_kind, action, created_repository, ${newRepository(copy)},
     ${newTag(copy)}, digest, media_type, size_bytes, actor_name, actor_type, user_id, user_agent,
     request_id, source_instance
   from seed.tracking_events`;

const INSERT_EVENT_KEYS = (copy: number): string =>
  `insert into tallyman.event_keys
   select md5(${newId(copy)})::uuid, (received_at - ${copy} * ${SPAN})::date
   from seed.tracking_events`;
