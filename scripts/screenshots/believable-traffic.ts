import { Random } from "../chaos/random.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
const DAY_MS = 86_400_000;

/** Days of traffic before the last one. */
const DAYS = 60;

/** What one registry of the example holds: repositories by how busy they are, and who uses them. */
interface Dock {
  readonly registry: string;
  /** The busiest first. */
  readonly repositories: readonly string[];
  readonly people: readonly string[];
  readonly robots: readonly string[];
  /** Events of a working day. */
  readonly pace: number;
}

const DOCKS: readonly Dock[] = [
  {
    registry: "harbor",
    repositories: [
      "shop/web",
      "shop/checkout",
      "shop/search",
      "platform/gateway",
      "platform/auth",
      "data/ingest",
      "data/airflow",
      "shop/mail",
      "platform/cron",
      "lab/prototype",
    ],
    people: [
      "amira",
      "bo.larsen",
      "chen",
      "dana",
      "emeka",
      "freya",
      "goran",
      "hana",
      "ines",
      "jun",
      "kofi",
      "lena",
      "marco",
      "nils",
      "oona",
    ],
    robots: ["deploy-eu1", "deploy-us1", "argocd"],
    pace: 300,
  },
  {
    registry: "gitlab",
    repositories: [
      "mobile/backend",
      "mobile/push-relay",
      "ml/serving",
      "ml/notebooks",
      "infra/terraform-runner",
      "infra/toolbox",
    ],
    people: ["jonas", "kaya", "lior", "mei", "nadia", "pavel", "quinn", "rosa"],
    robots: ["ci-runner"],
    pace: 170,
  },
  {
    registry: "mirror",
    repositories: ["library/alpine", "library/node", "library/postgres", "library/golang"],
    people: ["ci-cache"],
    robots: ["kubelet"],
    pace: 90,
  },
];

const AGENTS = [
  "containerd/2.1.4",
  "docker/28.3.1",
  "skopeo/1.19.0",
  "BuildKit/v0.23",
  "Go-http-client/2.0",
];

/** One POST as ingest would take it. */
export interface BelievableNotification {
  readonly registry: string;
  readonly receivedAt: string;
  readonly body: string;
}

/**
 * The traffic of three registries up to a moment: weekdays and nights, releases, layers, robots, new and forgotten
 * repositories, and the few events that are sent twice or make no sense. The same moment gives the same traffic.
 */
export function* believableTraffic(now: Date): Generator<BelievableNotification> {
  const random = new Random(20_260_320);
  const midnight = Date.parse(`${now.toISOString().slice(0, 10)}T00:00:00Z`);
  for (let age = DAYS; age >= 0; age -= 1) {
    for (const dock of DOCKS) {
      const events = eventsOfDay(dock, midnight - age * DAY_MS, age, now, random);
      if (events.length === 0) continue;
      const sent = random.next() < 0.2 ? [...events, ...events.slice(0, random.below(9))] : events;
      if (random.next() < 0.06) sent.push({ id: `odd-${age}`, action: "push", target: {} });
      if (random.next() < 0.03) sent.push({ id: `word-${age}`, action: "scan", target: {} });
      const last = events.at(-1)?.timestamp ?? now.toISOString();
      yield {
        registry: dock.registry,
        receivedAt: new Date(Math.min(Date.parse(last) + 400, now.getTime())).toISOString(),
        body: JSON.stringify({ events: sent }),
      };
    }
  }
}

interface WireEvent {
  readonly id: string;
  readonly timestamp?: string;
  readonly action: string;
  readonly target: object;
  readonly request?: object;
  readonly actor?: object;
}

function eventsOfDay(dock: Dock, midnight: number, age: number, now: Date, random: Random) {
  const weekday = new Date(midnight).getUTCDay();
  const isWeekend = weekday === 0 || weekday === 6;
  const rhythm = isWeekend ? 0.28 : 0.85 + 0.3 * random.next();
  const atWork = dock.people.filter(() => random.chance(isWeekend ? 0.2 : 0.65));
  const growth = 1 + 0.5 * (1 - age / DAYS);
  const count = Math.round(dock.pace * rhythm * growth);
  const times = Array.from({ length: count }, () => midnight + timeOfDay(random))
    .filter((time) => time < now.getTime() - 4_000)
    .toSorted((a, b) => a - b);
  const events: WireEvent[] = [];
  const people = atWork.length === 0 ? dock.people.slice(0, 1) : atWork;
  for (const time of times) events.push(eventAt({ ...dock, people }, time, age, random));
  return events;
}

/** Mostly between 7 and 19 o'clock UTC. */
function timeOfDay(random: Random): number {
  const hours =
    random.next() < 0.85 ? 7 + 12 * ((random.next() + random.next()) / 2) : 24 * random.next();
  return Math.floor(hours * 3_600_000);
}

function eventAt(dock: Dock, time: number, age: number, random: Random): WireEvent {
  const index = Math.floor(dock.repositories.length * random.next() ** 1.9);
  // The least busy ones are not there from the start.
  const bornBefore = DAYS - index * 5;
  const repository = dock.repositories[age > bornBefore ? 0 : index] ?? "";
  const isMirror = dock.registry === "mirror";
  const dice = random.next();
  const release = `1.${Math.max(0, Math.floor((DAYS - age) / 4) - (random.next() < 0.6 ? 0 : random.below(4)))}.0`;
  const tag = random.next() < 0.45 ? "latest" : release;
  const person = random.pick(dock.people);
  const robot = random.pick(dock.robots);
  const make = (action: string, target: object, name: string | undefined, method = "GET") =>
    wireEvent({ dock, time, action, target: { repository, ...target }, name, method }, random);
  const manifest = (which: string | undefined) => ({
    mediaType: MANIFEST,
    digest: digestOf(random),
    size: 1_200 + random.below(5_000),
    ...(which === undefined ? {} : { tag: which }),
  });
  const layer = () => ({
    mediaType: LAYER,
    digest: digestOf(random),
    size: 900_000 + random.below(90_000_000),
  });
  if (dice < 0.4) return make("pull", manifest(tag), random.next() < 0.55 ? robot : person);
  if (dice < 0.52) return make("pull", manifest(undefined), robot);
  if (dice < 0.68) return make("pull", layer(), random.next() < 0.5 ? undefined : robot);
  if (dice < 0.78 || isMirror) return make("pull", manifest(tag), robot, "HEAD");
  if (dice < 0.86) return make("push", layer(), person, "PUT");
  if (dice < 0.955)
    return make(
      "push",
      manifest(random.next() < 0.3 ? `mr-${random.below(400)}` : tag),
      person,
      "PUT",
    );
  if (dice < 0.975) return make("push", manifest(undefined), person, "PUT");
  if (dice < 0.983) return make("mount", layer(), person, "POST");
  if (dice < 0.99) return make("delete", { digest: digestOf(random) }, person, "DELETE");
  if (repository === "lab/prototype") return make("delete", {}, person, "DELETE");
  return make("delete", { tag: `mr-${random.below(400)}` }, person, "DELETE");
}

function wireEvent(
  event: {
    readonly dock: Dock;
    readonly time: number;
    readonly action: string;
    readonly target: object;
    readonly name: string | undefined;
    readonly method: string;
  },
  random: Random,
): WireEvent {
  const { dock, time, action, target, name, method } = event;
  return {
    id: `${dock.registry}-${time}-${random.below(1_000_000_000)}`,
    timestamp: new Date(time).toISOString(),
    action,
    target,
    request: { id: String(random.below(1_000_000_000)), method, useragent: random.pick(AGENTS) },
    actor: name === undefined ? {} : { name },
  };
}

function digestOf(random: Random): string {
  const hex = () => random.below(0xffff_ffff).toString(16).padStart(8, "0");
  return `sha256:${Array.from({ length: 8 }, hex).join("")}`;
}
