import { startApp } from "./app-process.ts";
import type { BenchContext } from "./bench-context.ts";
import { withClient } from "./databases.ts";
import { fillOurQueue } from "./prefill.ts";
import { FULL_JOB } from "./stages/worker.ts";
import { untilVisible } from "./tracked.ts";
import { WORKLOAD } from "./workload.ts";

/** Rows that our own worker writes, and that are then repeated further and further back in time. */
export const SEED_ROWS = 100_000;

/** The seed spans whole days, so that a repetition moves by exactly so many. */
const SPAN = `interval '${WORKLOAD.days} days'`;

/** Events of the workload far from those that any round takes. */
const SEED_INDEX = 10_000_000;

/** What the repetitions are made from; not part of any measured size. */
const SEED_TABLES = [
  "tracking_events",
  "repository_daily",
  "repository_stats",
  "repository_actors",
  "tag_stats",
  "ledger",
];

/** Lets our worker count the seed in an empty database. */
export async function fillSeed(context: BenchContext, url: string): Promise<void> {
  const { redis, services, logDirectory, nextRun } = context;
  await redis.flushall();
  const queueUrl = services.redis.url;
  const run = nextRun();
  await fillOurQueue({ queueUrl, run, events: SEED_ROWS, firstIndex: SEED_INDEX }, FULL_JOB);
  const worker = await startApp("worker", { QUEUE_URL: queueUrl, DATABASE_URL: url }, logDirectory);
  try {
    await untilVisible(url, SEED_ROWS, () => undefined);
  } finally {
    await worker.stop();
  }
  await runAll(url, [
    "create schema seed",
    ...SEED_TABLES.map((table) => `create unlogged table seed.${table} as select * from ${table}`),
    "create unlogged table seed.distinct_members as select * from tallyman.distinct_members where period = 'day'",
    "analyze",
  ]);
}

/**
 * Repeats the seed by SQL until a database holds so many tracking rows: each repetition lies some days before the one
 * before it, with event ids and versions of its own, by the same users in the same repositories. The indexes are there
 * all the time and keys arrive in random order, so that every table and index is as it would have grown. The rollups
 * are what the worker would have made of the rows.
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
  await runAll(url, ["drop schema seed cascade", "vacuum (analyze)", "checkpoint"]);
}

async function runAll(url: string, statements: readonly string[]): Promise<void> {
  await withClient(url, async (client) => {
    await client.query("set timezone to 'UTC'; set work_mem to '256MB'");
    for (const statement of statements) await client.query(statement);
  });
}

const MAKE_PARTITIONS = (last: number): string =>
  `select tallyman.ensure_month_partition(month::date)
   from generate_series(
     date_trunc('month', now() - ${last + 2} * ${SPAN}), date_trunc('month', now()), interval '1 month'
   ) as month`;

/** Ids of the seed begin with the 8 digits of its run; those of a repetition with its number. */
const newId = (copy: number): string =>
  `'${copy.toString(16).padStart(8, "0")}' || substr(event_id, 9)`;

/** Versions are of their time; `latest` and `main` stay. */
const newTag = (copy: number | string): string =>
  `case when tag like 'v%' then tag || '-' || ${copy} else tag end`;

const INSERT_TRACKING_EVENTS = (copy: number): string =>
  `insert into tracking_events
   select ${newId(copy)}, registry, occurred_at - ${copy} * ${SPAN}, received_at - ${copy} * ${SPAN},
     timestamp_source, operation, target_kind, action, false, repository, ${newTag(copy)}, digest,
     media_type, size_bytes, actor_name, actor_type, user_id, user_agent, request_id, source_instance
   from seed.tracking_events`;

const INSERT_EVENT_KEYS = (copy: number): string =>
  `insert into tallyman.event_keys
   select md5(${newId(copy)})::uuid, (received_at - ${copy} * ${SPAN})::date
   from seed.tracking_events`;

function rollups(last: number): string[] {
  const copies = `generate_series(1, ${last}) as copy`;
  const earlier = (column: string): string => `${column} = t.${column} - ${last} * ${SPAN}`;
  const more = (column: string): string => `${column} = t.${column} * ${last + 1}`;
  const day = (column: string): string => `(${column} - copy * ${SPAN})::date`;
  return [
    `insert into repository_daily
     select registry, repository, ${day("day")}, action, sum(events), sum(bytes), 0
     from seed.repository_daily, ${copies} group by 1, 2, 3, 4
     on conflict (registry, repository, day, action) do update
     set events = repository_daily.events + excluded.events,
       bytes = repository_daily.bytes + excluded.bytes`,
    "truncate event_rollups",
    `insert into event_rollups
     select registry, day, action, sum(events), sum(bytes), sum(repositories_created)
     from repository_daily group by 1, 2, 3`,
    `insert into ledger
     select registry, ${day("day")}, sum(received), sum(tracked), sum(duplicates), sum(rejected)
     from seed.ledger, ${copies} group by 1, 2
     on conflict (registry, day) do update
     set received = ledger.received + excluded.received, tracked = ledger.tracked + excluded.tracked`,
    `insert into tag_stats
     select registry, repository, ${newTag("copy")}, digest, pushes, pulls,
       first_pushed_at - copy * ${SPAN}, last_pushed_at - copy * ${SPAN},
       first_pulled_at - copy * ${SPAN}, last_pulled_at - copy * ${SPAN}, deleted_at - copy * ${SPAN}
     from seed.tag_stats, ${copies} where tag like 'v%'`,
    `update tag_stats t set ${["pushes", "pulls"].map(more).join(", ")},
       ${["first_pushed_at", "first_pulled_at"].map(earlier).join(", ")}
     where tag not like 'v%'`,
    `update repository_stats t set
       ${["pushes", "pulls", "bytes_pushed", "bytes_pulled"].map(more).join(", ")},
       ${["first_pushed_at", "first_pulled_at"].map(earlier).join(", ")}`,
    `update repository_actors t set ${["pushes", "pulls"].map(more).join(", ")}, ${earlier("first_seen_at")}`,
    `insert into tallyman.distinct_members
     select metric, 'day', ${day("period_start")}, user_id from seed.distinct_members, ${copies}
     where metric <> 'create_repository'
     order by copy desc
     on conflict do nothing`,
    `insert into tallyman.distinct_members
     select distinct m.metric, longer::tallyman.period, date_trunc(longer, m.period_start)::date, m.user_id
     from tallyman.distinct_members m, unnest(array['week', 'month']) as longer
     where m.period = 'day'
     on conflict do nothing`,
    "truncate distinct_user_rollups",
    `insert into distinct_user_rollups
     select u.registry, m.metric::text, m.period::text, m.period_start, count(*)
     from tallyman.distinct_members m join users u on u.id = m.user_id
     group by 1, 2, 3, 4`,
  ];
}
