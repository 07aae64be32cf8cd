import type pg from "pg";

/** What to ask a filled database: of what there is much, and of what there is little, for that is where plans go wrong. */
export interface Facts {
  readonly rows: number;
  readonly tags: number;
  /** First day of events and the day after the last one. */
  readonly first: string;
  readonly last: string;
  readonly registry: string;
  readonly quietRegistry: string;
  readonly busyRepository: string;
  readonly quietRepository: string;
  readonly busyActor: string;
  readonly quietActor: string;
  readonly rareAction: string;
  /** Of the busy repository. */
  readonly busyTag: string;
  readonly quietTag: string;
  /** Days of receipt: with most rows, and one in the middle of the time with fewest, perhaps none. */
  readonly busyDay: string;
  readonly quietDay: string;
  readonly rareReason: string;
  readonly rejection: string;
}

const FACTS = `
with repositories as (
  select registry, repository, pulls from repository_stats
), actors as (
  select actor_name, sum(pulls) as pulls from repository_actors group by 1
), actions as (
  select action, sum(events) as events from event_rollups group by 1
), registries as (
  select registry, sum(events) as events from event_rollups group by 1
), busy as (
  select registry, repository from repositories order by pulls desc limit 1
), tags as (
  select tag, pulls from tag_stats join busy using (registry, repository)
), received as (
  select day::date as day, coalesce(sum(tracked), 0) as tracked
  from generate_series((select min(day) from ledger), (select max(day) from ledger), '1 day') as day
  left join ledger using (day)
  group by 1
), middle as (
  select * from received order by day offset (select count(*) / 3 from received)
  limit (select count(*) / 3 + 1 from received)
)
select (select sum(events) from event_rollups)::float8 as rows,
  (select count(*) from tag_stats)::float8 as tags,
  (select min(day)::text from event_rollups) as first, (select (max(day) + 1)::text from event_rollups) as last,
  (select registry from busy) as registry,
  (select registry from registries order by events limit 1) as "quietRegistry",
  (select repository from busy) as "busyRepository",
  (select repository from repositories order by pulls limit 1) as "quietRepository",
  (select actor_name from actors order by pulls desc limit 1) as "busyActor",
  (select actor_name from actors order by pulls limit 1) as "quietActor",
  (select action from actions order by events limit 1) as "rareAction",
  (select tag from tags order by pulls desc limit 1) as "busyTag",
  (select tag from tags where pulls > 0 order by pulls, tag limit 1) as "quietTag",
  (select day::text from received order by tracked desc, day desc limit 1) as "busyDay",
  (select day::text from middle order by tracked, day limit 1) as "quietDay",
  (select reason from rejected_events group by 1 order by count(*) limit 1) as "rareReason",
  (select min(id)::text from rejected_events) as rejection`;

/** @throws Error when the database holds nothing to ask about */
export async function factsOf(client: pg.Client): Promise<Facts> {
  const { rows } = await client.query<Facts>(FACTS);
  const facts = rows[0];
  const missing = Object.entries(facts ?? {}).flatMap(([name, fact]) =>
    fact === null ? [name] : [],
  );
  if (facts === undefined || missing.length > 0) {
    throw new Error(`the database has nothing for ${missing.join(", ")}`);
  }
  return facts;
}
