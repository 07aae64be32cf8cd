import type pg from "pg";

export interface ApiQuestion {
  readonly question: string;
  readonly path: string;
}

interface Facts {
  readonly rows: number;
  readonly tags: number;
  readonly first: string;
  readonly last: string;
  readonly registry: string;
  readonly busyRepository: string;
  readonly quietRepository: string;
  readonly busyActor: string;
  readonly quietActor: string;
  readonly rareAction: string;
}

/** What to ask a filled database: of what there is much, and of what there is little, for that is where plans go wrong. */
const FACTS = `
with repositories as (
  select registry, repository, pulls from repository_stats
), actors as (
  select actor_name, sum(pulls) as pulls from repository_actors group by 1
), actions as (
  select action, sum(events) as events from event_rollups group by 1
)
select (select sum(events) from event_rollups)::float8 as rows,
  (select count(*) from tag_stats)::float8 as tags,
  (select min(day)::text from event_rollups) as first, (select (max(day) + 1)::text from event_rollups) as last,
  (select registry from repositories order by pulls desc limit 1) as registry,
  (select repository from repositories order by pulls desc limit 1) as "busyRepository",
  (select repository from repositories order by pulls limit 1) as "quietRepository",
  (select actor_name from actors order by pulls desc limit 1) as "busyActor",
  (select actor_name from actors order by pulls limit 1) as "quietActor",
  (select action from actions order by events limit 1) as "rareAction"`;

export async function questionsFor(
  client: pg.Client,
): Promise<{ questions: readonly ApiQuestion[]; rows: number; tags: number }> {
  const { rows } = await client.query<Facts>(FACTS);
  const facts = rows[0];
  if (facts?.busyRepository === undefined) throw new Error("the database holds no repositories");
  return { questions: questionsOf(facts), rows: facts.rows, tags: facts.tags };
}

function questionsOf(facts: Facts): ApiQuestion[] {
  const { registry, busyRepository, quietRepository, busyActor, quietActor, rareAction } = facts;
  const month = `from=${daysBefore(facts.last, 28)}&to=${facts.last}`;
  const all = `from=${facts.first}&to=${facts.last}`;
  const busy = encodeURIComponent(busyRepository);
  const quiet = encodeURIComponent(quietRepository);
  const one = `/api/v1/repositories/${registry}/${busy}`;
  const paths: Record<string, string> = {
    registries: "/api/v1/registries",
    "ledger, a month": `/api/v1/ledger?${month}`,
    "activity, a month": `/api/v1/activity?${month}`,
    "activity, all months": `/api/v1/activity?period=month&${all}`,
    "distinct users, a month": `/api/v1/distinct-users?metric=any_read&${month}`,
    "distinct users, all time": `/api/v1/distinct-users?metric=any_read&${all}`,
    "distinct users, a union": `/api/v1/distinct-users?metric=any_read,any_write&registry=${registry}&${all}`,
    "distinct users, weekly series": `/api/v1/distinct-users?metric=any_read&period=week&${all}`,
    "repositories by pulls": "/api/v1/repositories?sort=pulls",
    "repositories, a search": "/api/v1/repositories?search=service",
    "one repository": one,
    "one repository, daily": `${one}/daily?${all}`,
    "one repository, its tags": `${one}/tags?sort=last_pulled_at`,
    "one repository, its actors": `${one}/actors`,
    "tags never pulled": "/api/v1/tags?never_pulled=true",
    "tags, the longest unused": `/api/v1/tags?not_pulled_since=${daysBefore(facts.last, 28)}&sort=last_pulled_at&order=asc`,
    "tags, a search": "/api/v1/tags?search=9",
    "tags, the last of 1000": "/api/v1/tags?limit=1000&sort=pulls",
    "actors by pulls": "/api/v1/actors",
    "actors, a search": "/api/v1/actors?search=7",
    "a busy actor, a month": `/api/v1/actors/${registry}/${busyActor}/activity?${month}`,
    "a quiet actor, all time": `/api/v1/actors/${registry}/${quietActor}/activity?${all}`,
    "events, the newest": `/api/v1/events?${month}`,
    "events, 1000 of all time": `/api/v1/events?limit=1000&${all}`,
    "events of a busy repository": `/api/v1/events?repository=${busy}&${month}`,
    "events of a quiet repository, all time": `/api/v1/events?repository=${quiet}&${all}`,
    "events of a busy repository and a rare action": `/api/v1/events?registry=${registry}&repository=${busy}&action=${rareAction}&${all}`,
    "events of a busy actor": `/api/v1/events?actor=${busyActor}&${month}`,
    "events of a quiet actor, all time": `/api/v1/events?actor=${quietActor}&${all}`,
    "events of a rare action, all time": `/api/v1/events?action=${rareAction}&${all}`,
    "events of one operation": `/api/v1/events?operation=delete&${month}`,
    "rejected events": "/api/v1/rejected-events?state=waiting",
    "rejected events by reason": "/api/v1/rejected-events/reasons",
    pipeline: "/api/v1/pipeline",
    "service ping": `/api/v4/usage_data/service_ping?date=${facts.last}`,
    "metric definitions": "/api/v4/usage_data/metric_definitions",
  };
  return Object.entries(paths).map(([question, path]) => ({ question, path }));
}

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
}
