import type { Period } from "@tallyman/events";
import type pg from "pg";
import { top, type Place } from "./top.ts";
import type { Window } from "./window.ts";

/** A period in one document. Counts are of UTC days by event time, those of the ledger by time of receipt. */
export interface Summary {
  readonly registry: string | null;
  /** The first day, and the first day after. */
  readonly from: string;
  readonly to: string;
  readonly actions: readonly {
    readonly action: string;
    readonly events: number;
    readonly bytes: number;
  }[];
  /** Different users in the whole window. */
  readonly users: { readonly reading: number; readonly writing: number };
  readonly by: Period;
  /** The days, weeks or months that lie in the window as a whole. */
  readonly periods: readonly {
    readonly start: string;
    readonly events: number;
    readonly reading: number;
    readonly writing: number;
  }[];
  /** Most pulled first. */
  readonly topRepositories: readonly Place[];
  readonly repositories: { readonly created: number; readonly deleted: number };
  readonly tags: { readonly pushed: number; readonly deleted: number };
  readonly ledger: {
    readonly received: number;
    readonly tracked: number;
    readonly duplicates: number;
    readonly rejected: number;
    /** Whether received is the sum of the others. */
    readonly balances: boolean;
  };
  /** Events received in the window that are rejected still. */
  readonly rejected: readonly { readonly reason: string; readonly events: number }[];
}

export interface SummaryQuestion {
  readonly window: Window;
  readonly registry?: string | undefined;
  readonly by: Period;
  /** Most repositories at the top. */
  readonly limit: number;
}

const ACTIONS = `
select action, sum(events)::float8 as events, sum(bytes)::float8 as bytes
from event_rollups
where day >= $1::date and day < $2::date and ($3::text is null or registry = $3)
group by action
order by events desc, action`;

const USERS = `
select distinct_users('any_read', $1::date, $2::date, $3)::float8 as reading,
  distinct_users('any_write', $1::date, $2::date, $3)::float8 as writing`;

/** A user belongs to one registry, so those of several registries add up exactly. */
const PERIODS = `
select to_char(start, 'YYYY-MM-DD') as start,
  (select coalesce(sum(events), 0) from event_rollups
   where day >= start and day < start + step and ($3::text is null or registry = $3))::float8 as events,
  (select coalesce(sum(distinct_users), 0) from distinct_user_rollups
   where metric = 'any_read' and period = $4 and period_start = start::date
     and ($3::text is null or registry = $3))::float8 as reading,
  (select coalesce(sum(distinct_users), 0) from distinct_user_rollups
   where metric = 'any_write' and period = $4 and period_start = start::date
     and ($3::text is null or registry = $3))::float8 as writing
from (select ('1 ' || $4)::interval as step) steps,
  generate_series(date_trunc($4, ($1::date)::timestamp), ($2::date)::timestamp, step) as start
where start >= $1::date and start + step <= $2::date
order by start`;

const CHANGES = `
select
  (select coalesce(sum(repositories_created), 0) from event_rollups
   where day >= $1::date and day < $2::date and ($3::text is null or registry = $3))::float8 as "repositoriesCreated",
  (select coalesce(sum(events), 0) from event_rollups
   where action = 'delete_repository'
     and day >= $1::date and day < $2::date and ($3::text is null or registry = $3))::float8 as "repositoriesDeleted",
  (select count(*) from tag_stats
   where first_pushed_at >= ($1::date)::timestamp at time zone 'UTC' and first_pushed_at < ($2::date)::timestamp at time zone 'UTC'
     and ($3::text is null or registry = $3))::float8 as "tagsPushed",
  (select coalesce(sum(events), 0) from event_rollups
   where action = 'delete_tag'
     and day >= $1::date and day < $2::date and ($3::text is null or registry = $3))::float8 as "tagsDeleted"`;

const LEDGER = `
select coalesce(sum(received), 0)::float8 as received, coalesce(sum(tracked), 0)::float8 as tracked,
  coalesce(sum(duplicates), 0)::float8 as duplicates, coalesce(sum(rejected), 0)::float8 as rejected,
  coalesce(sum(received), 0) = coalesce(sum(tracked + duplicates + rejected), 0) as balances
from ledger
where day >= $1::date and day < $2::date and ($3::text is null or registry = $3)`;

const REJECTED = `
select reason, count(*)::float8 as events
from rejected_events
where replayed_at is null
  and received_at >= ($1::date)::timestamp at time zone 'UTC' and received_at < ($2::date)::timestamp at time zone 'UTC'
  and ($3::text is null or registry = $3)
group by reason
order by events desc, reason`;

interface Changes {
  readonly repositoriesCreated: number;
  readonly repositoriesDeleted: number;
  readonly tagsPushed: number;
  readonly tagsDeleted: number;
}

/** Sums a window up, all of it as of one moment. */
export async function summarize(
  client: pg.ClientBase,
  { window, registry, by, limit }: SummaryQuestion,
): Promise<Summary> {
  const values = [window.from, window.to, registry ?? null];
  const rowsOf = async <Row extends pg.QueryResultRow>(text: string, more: unknown[] = []) =>
    (await client.query<Row>(text, [...values, ...more])).rows;
  const rowOf = async <Row extends pg.QueryResultRow>(text: string): Promise<Row> => {
    const [row] = await rowsOf<Row>(text);
    if (row === undefined) throw new Error("A sum has no row.");
    return row;
  };
  await client.query("begin isolation level repeatable read read only");
  try {
    const changes = await rowOf<Changes>(CHANGES);
    return {
      registry: registry ?? null,
      ...window,
      actions: await rowsOf<Summary["actions"][number]>(ACTIONS),
      users: await rowOf<Summary["users"]>(USERS),
      by,
      periods: await rowsOf<Summary["periods"][number]>(PERIODS, [by]),
      topRepositories: await top(client, {
        subject: "repositories",
        by: "pulls",
        window,
        registry,
        limit,
      }),
      repositories: { created: changes.repositoriesCreated, deleted: changes.repositoriesDeleted },
      tags: { pushed: changes.tagsPushed, deleted: changes.tagsDeleted },
      ledger: await rowOf<Summary["ledger"]>(LEDGER),
      rejected: await rowsOf<Summary["rejected"][number]>(REJECTED),
    };
  } finally {
    await client.query("rollback");
  }
}
