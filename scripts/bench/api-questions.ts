import type { Facts } from "./api-facts.ts";

export interface ApiQuestion {
  readonly question: string;
  readonly path: string;
  /** So many pages of 1,000 rows are turned first, untimed, and then the page at `path` is asked for. */
  readonly after?: number;
  /** Whether the answer is wanted as CSV. */
  readonly csv?: true;
}

/** As the dashboard asks for events of all time. */
const EVER = "from=1000-01-01&to=8999-12-31";

/**
 * Every kind of request that the dashboard makes or leads to, with each choice that its pages offer and that changes
 * the statement, and what programs may ask besides. Rows in a page are the dashboard's.
 */
export function questionsOf(facts: Facts): ApiQuestion[] {
  return [
    ...figureQuestions(facts),
    ...repositoryQuestions(facts),
    ...tagQuestions(facts),
    ...actorQuestions(facts),
    ...eventQuestions(facts),
    ...rowsBehindFigures(facts),
    ...rejectedQuestions(facts),
  ];
}

function figureQuestions({ registry, quietRegistry, first, last }: Facts): ApiQuestion[] {
  const month = monthBefore(last);
  const all = `from=${first}&to=${last}`;
  return named({
    registries: "/api/v1/registries",
    "ledger, a month": `/api/v1/ledger?${month}`,
    "ledger of a registry, all time": `/api/v1/ledger?registry=${registry}&${all}`,
    "activity, a month": `/api/v1/activity?${month}`,
    "activity, all days": `/api/v1/activity?${all}`,
    "activity of a quiet registry, all weeks": `/api/v1/activity?registry=${quietRegistry}&period=week&${all}`,
    "activity, all months": `/api/v1/activity?period=month&${all}`,
    "distinct users, a month": `/api/v1/distinct-users?metric=any_read&${month}`,
    "distinct users of a registry, a month": `/api/v1/distinct-users?registry=${registry}&metric=any_read&${month}`,
    "distinct users, all time": `/api/v1/distinct-users?metric=any_read&${all}`,
    "distinct users, a union": `/api/v1/distinct-users?metric=any_read,any_write&registry=${registry}&${all}`,
    "distinct users, daily series": `/api/v1/distinct-users?metric=any_read&period=day&${month}`,
    "distinct users, weekly series": `/api/v1/distinct-users?metric=any_read&period=week&${all}`,
    pipeline: "/api/v1/pipeline",
    "service ping": `/api/v4/usage_data/service_ping?date=${last}`,
    "metric definitions": "/api/v4/usage_data/metric_definitions",
  });
}

function repositoryQuestions(facts: Facts): ApiQuestion[] {
  const { registry, busyRepository, first, last } = facts;
  const month = monthBefore(last);
  const one = `/api/v1/repositories/${registry}/${encodeURIComponent(busyRepository)}`;
  const list = "/api/v1/repositories?limit=50";
  const ofYear = `from=${daysBefore(last, 365)}&to=${last}`;
  const ofAll = `from=${first}&to=${last}`;
  const top = ["pulls", "pushes", "bytes", "events"].flatMap((by) => {
    const path = `/api/v1/top-repositories?by=${by}`;
    return [
      { question: `top repositories, all time, by ${by}`, path: `${path}&${ofAll}&limit=8` },
      { question: `top repositories, a year, by ${by}`, path: `${path}&${ofYear}&limit=8` },
      {
        question: `top repositories of a registry, all time, by ${by}`,
        path: `${path}&registry=${registry}&${ofAll}&limit=8`,
      },
    ];
  });
  const [from, to] = [daysBefore(last, 28), last];
  return [
    ...named({
      "top repositories, a month": `/api/v1/top-repositories?${month}&limit=8`,
      "top repositories of a registry, a quarter, by bytes": `/api/v1/top-repositories?registry=${registry}&by=bytes&from=${daysBefore(last, 90)}&to=${last}`,
      "top 1000 repositories, a month": `/api/v1/top-repositories?${month}&limit=1000`,
      "top 1000 repositories, all time": `/api/v1/top-repositories?${ofAll}&limit=1000`,
      "repositories by pulls": `${list}&sort=pulls`,
      "repositories of a registry by last push": `${list}&registry=${registry}&sort=last_pushed_at`,
      "repositories by name": list,
      "repositories, a search": `${list}&search=service&sort=pulls`,
      "repositories created in a month": `/api/v1/repositories?created_from=${from}&created_to=${to}&sort=created_at&limit=8`,
      "repositories created in a month, by pulls": `${list}&created_from=${from}&created_to=${to}&sort=pulls`,
      "repositories deleted in a month": `/api/v1/repositories?deleted_from=${from}&deleted_to=${to}&sort=deleted_at&limit=8`,
      "repositories deleted, all time": `${list}&deleted_from=${first}&deleted_to=${to}&sort=deleted_at`,
      "one repository": one,
      "one repository, daily": `${one}/daily?from=${first}&to=${last}`,
      "one repository, daily, a month": `${one}/daily?${month}`,
      "one repository, its tags": `${one}/tags?sort=last_pulled_at`,
      "one repository, its tags by pulls": `${one}/tags?sort=pulls&limit=10`,
      "one repository, its actors": `${one}/actors`,
      "one repository, its actors by pulls": `${one}/actors?sort=pulls&limit=10`,
    }),
    ...top,
    { question: "repositories, a later page", path: `${list}&sort=pulls`, after: 1 },
    { question: "one repository, a later page of its actors", path: `${one}/actors`, after: 2 },
    {
      question: "repositories as CSV",
      path: "/api/v1/repositories?limit=1000&sort=pulls",
      csv: true,
    },
  ];
}

function tagQuestions({ registry, last }: Facts): ApiQuestion[] {
  const unused = (days: number) =>
    `not_pulled_since=${daysBefore(last, days)}&not_pushed_since=${daysBefore(last, days)}`;
  const oldest = "sort=last_pulled_at&order=asc";
  const list = "/api/v1/tags?limit=50";
  return [
    ...named({
      "tags by name": list,
      "tags by pulls": `${list}&sort=pulls`,
      "tags never pulled": `${list}&never_pulled=true`,
      "tags never pulled, the oldest": `/api/v1/tags?never_pulled=true&${oldest}&limit=8`,
      "tags, the longest unused": `/api/v1/tags?not_pulled_since=${daysBefore(last, 28)}&${oldest}`,
      "tags unused for 30 days": `/api/v1/tags?${unused(30)}&${oldest}&limit=8`,
      "tags unused for 180 days": `/api/v1/tags?${unused(180)}&${oldest}&limit=8`,
      "tags of a registry unused for 90 days": `${list}&registry=${registry}&${unused(90)}&${oldest}`,
      "tags unused for 90 days, by name": `${list}&${unused(90)}`,
      "tags, a search": `${list}&search=9`,
      "tags, a search in vain": `${list}&search=nowhere&sort=pulls`,
      "tags, the last of 1000": "/api/v1/tags?limit=1000&sort=pulls",
    }),
    { question: "tags by name, a later page", path: list, after: 20 },
    { question: "tags by pulls, a later page", path: `${list}&sort=pulls`, after: 20 },
    {
      question: "tags unused for 30 days as CSV",
      path: `/api/v1/tags?limit=1000&${unused(30)}&${oldest}`,
      csv: true,
      after: 1,
    },
  ];
}

function actorQuestions(facts: Facts): ApiQuestion[] {
  const { registry, busyActor, quietActor, first, last } = facts;
  const month = monthBefore(last);
  const all = `from=${first}&to=${last}`;
  const list = "/api/v1/actors?limit=50";
  return [
    ...named({
      "actors by pulls": list,
      "actors of a registry by last seen": `${list}&registry=${registry}&sort=last_seen_at`,
      "actors by name": `${list}&sort=actor_name`,
      "actors by repositories": `${list}&sort=repositories`,
      "actors, a search": `${list}&search=7`,
      "a busy actor, a month": `/api/v1/actors/${registry}/${busyActor}/activity?${month}`,
      "a busy actor, a year": `/api/v1/actors/${registry}/${busyActor}/activity?from=${daysBefore(last, 365)}&to=${last}`,
      "a busy actor, all time": `/api/v1/actors/${registry}/${busyActor}/activity?${all}`,
      "a quiet actor, all time": `/api/v1/actors/${registry}/${quietActor}/activity?${all}`,
    }),
    { question: "actors, a later page", path: list, after: 2 },
    { question: "actors as CSV", path: "/api/v1/actors?limit=1000", csv: true },
  ];
}

/** Lists of events as the page of events filters them. */
function eventQuestions(facts: Facts): ApiQuestion[] {
  const { registry, quietRegistry, busyActor, quietActor, rareAction, first, last } = facts;
  const month = monthBefore(last);
  const all = `from=${first}&to=${last}`;
  const busy = encodeURIComponent(facts.busyRepository);
  const quiet = encodeURIComponent(facts.quietRepository);
  const list = "/api/v1/events?limit=50";
  const onBusy = `${list}&registry=${registry}&repository=${busy}`;
  return [
    ...named({
      "live feed": "/api/v1/events?from=1000-01-01&limit=11",
      "live feed of a quiet registry": `/api/v1/events?registry=${quietRegistry}&from=1000-01-01&limit=11`,
      "events, the newest": `${list}&${month}`,
      "events, 1000 of all time": `/api/v1/events?limit=1000&${all}`,
      "events of a quiet registry, a month": `${list}&registry=${quietRegistry}&${month}`,
      "events of a quiet registry, 1000 of all time": `/api/v1/events?limit=1000&registry=${quietRegistry}&${all}`,
      "events of a busy repository": `${list}&repository=${busy}&${month}`,
      "events of a quiet repository, all time": `${list}&repository=${quiet}&${all}`,
      "events of a busy repository and a rare action": `${onBusy}&action=${rareAction}&${all}`,
      "events of a busy repository and an action, a day": `${onBusy}&action=pull_tag&from=${daysBefore(last, 10)}&to=${daysBefore(last, 9)}`,
      "events of a busy tag": `${onBusy}&tag=${facts.busyTag}&${month}`,
      "events of a quiet tag, all time": `${onBusy}&tag=${facts.quietTag}&${all}`,
      "events of a tag in all repositories, a month": `${list}&tag=${facts.quietTag}&${month}`,
      "events of a tag in all repositories, all time": `${list}&tag=${facts.quietTag}&${all}`,
      "events of a tag that nobody knows, all time": `${list}&tag=nowhere&${all}`,
      "events of a busy actor": `${list}&actor=${busyActor}&${month}`,
      "events of a quiet actor, all time": `${list}&actor=${quietActor}&${all}`,
      "events of a busy actor and a rare action, all time": `${list}&registry=${registry}&actor=${busyActor}&action=${rareAction}&${all}`,
      "events of a rare action, all time": `${list}&action=${rareAction}&${all}`,
      "events of a rare action, 1000 of all time": `/api/v1/events?limit=1000&action=${rareAction}&${all}`,
      "events of an action that never happened, all time": `${list}&action=rename_repository&${all}`,
      "events of one operation": `${list}&operation=delete&${month}`,
    }),
    { question: "events, a later page", path: `${list}&${all}`, after: 20 },
    { question: "events of a busy repository, a later page", path: `${onBusy}&${all}`, after: 20 },
    { question: "events as CSV", path: `/api/v1/events?limit=1000&${month}`, csv: true, after: 1 },
  ];
}

/** Where the figures of the dashboard lead. */
function rowsBehindFigures(facts: Facts): ApiQuestion[] {
  const { registry, quietRegistry, busyActor, quietActor, busyDay, quietDay, last } = facts;
  const month = monthBefore(last);
  const busy = encodeURIComponent(facts.busyRepository);
  const quiet = encodeURIComponent(facts.quietRepository);
  const list = "/api/v1/events?limit=50";
  const ofBusy = `${list}&registry=${registry}&repository=${busy}&${EVER}`;
  const ofQuiet = `${list}&registry=${registry}&repository=${quiet}&${EVER}`;
  const receivedOn = (day: string) =>
    `${list}&from=1000-01-01&to=${daysAfter(day, 2)}&received_from=${day}&received_to=${daysAfter(day, 1)}`;
  return [
    ...named({
      "events behind the pulls of a month": `${list}&counts_as=pulls&${month}`,
      "events behind the bytes of a month": `${list}&operation=pull&${month}`,
      "events behind the people who read in a month": `${list}&metric=any_read&users=true&${month}`,
      "events behind the people who wrote in a month": `${list}&metric=any_write&users=true&${month}`,
      "events behind the people who wrote, all time": `${list}&metric=any_write&users=true&${EVER}`,
      "events behind the repositories created in a month": `${list}&metric=create_repository&${month}`,
      "events behind the repositories created, all time": `${list}&metric=create_repository&${EVER}`,
      "events behind the people who created in a month": `${list}&metric=create_repository&users=true&${month}`,
      "events behind the people who deleted repositories, all time": `${list}&metric=delete_repository&users=true&${EVER}`,
      "events behind a repository's pulls": `${ofBusy}&counts_as=pulls`,
      "events behind a repository's pushes": `${ofBusy}&counts_as=pushes`,
      "events behind a quiet repository's pulls": `${ofQuiet}&counts_as=pulls`,
      "events behind a busy tag's pulls": `${ofBusy}&tag=${facts.busyTag}&counts_as=pulls`,
      "events behind a quiet tag's pulls": `${ofBusy}&tag=${facts.quietTag}&counts_as=pulls`,
      "events behind a quiet tag's pushes": `${ofBusy}&tag=${facts.quietTag}&counts_as=pushes`,
      "events behind a busy actor's pulls": `${list}&registry=${registry}&actor=${busyActor}&counts_as=pulls&${EVER}`,
      "events behind a quiet actor's pulls": `${list}&registry=${registry}&actor=${quietActor}&counts_as=pulls&${EVER}`,
      "events behind a busy actor's pulls from a busy repository": `${ofBusy}&actor=${busyActor}&counts_as=pulls`,
      "events behind a busy actor's pushes to a busy repository": `${ofBusy}&actor=${busyActor}&counts_as=pushes`,
      "events behind a quiet actor's pulls from a busy repository": `${ofBusy}&actor=${quietActor}&counts_as=pulls`,
      "events behind a busy actor's pulls from a quiet repository": `${ofQuiet}&actor=${busyActor}&counts_as=pulls`,
      "events received on a busy day": receivedOn(busyDay),
      "events received on a busy day, 1000": receivedOn(busyDay).replace("limit=50", "limit=1000"),
      "events received on a quiet day": receivedOn(quietDay),
      "events of a quiet registry received on a busy day": `${receivedOn(busyDay)}&registry=${quietRegistry}`,
      "events of a quiet registry received on a quiet day": `${receivedOn(quietDay)}&registry=${quietRegistry}`,
    }),
    {
      question: "events behind the repositories created, a later page",
      path: `${list}&metric=create_repository&${EVER}`,
      after: 1,
    },
    {
      question: "events received on a busy day, a later page",
      path: receivedOn(busyDay),
      after: 20,
    },
  ];
}

function rejectedQuestions(facts: Facts): ApiQuestion[] {
  const { registry, rareReason, rejection, first, last } = facts;
  const month = monthBefore(last);
  const all = `from=${first}&to=${last}`;
  const list = "/api/v1/rejected-events?limit=50";
  const day = `from=${daysBefore(last, 10)}&to=${daysBefore(last, 9)}`;
  return [
    ...named({
      "rejected events": `${list}&${month}`,
      "rejected events that wait": `${list}&state=waiting`,
      "rejected events, not counted, a month": `${list}&state=rejected&${month}`,
      "rejected events, not counted, a day": `${list}&state=rejected&${day}`,
      "rejected events of a rare reason": `${list}&registry=${registry}&reason=${rareReason}&${all}`,
      "rejected events that were replayed": `${list}&state=replayed&${all}`,
      "rejected events that were discarded": `${list}&state=discarded&${all}`,
      "one rejected event": `/api/v1/rejected-events/${rejection}`,
      "rejected events by reason": "/api/v1/rejected-events/reasons",
      "rejected events by reason, a month": `/api/v1/rejected-events/reasons?${month}`,
    }),
    { question: "rejected events, a later page", path: `${list}&${all}`, after: 10 },
  ];
}

function named(paths: Readonly<Record<string, string>>): ApiQuestion[] {
  return Object.entries(paths).map(([question, path]) => ({ question, path }));
}

function monthBefore(day: string): string {
  return `from=${daysBefore(day, 28)}&to=${day}`;
}

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
}

function daysAfter(day: string, days: number): string {
  return daysBefore(day, -days);
}
