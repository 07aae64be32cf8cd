/**
 * The events that all contenders get: what a busy registry of distribution 3.x sends, made from a seed. Some 70 % are
 * pulls (a sixth of them HEAD checks), most of the rest are the layers and manifests of pushes.
 */
import { randomOf, WeightedChoice, zipf, type Random } from "./random.ts";

export const WORKLOAD = {
  seed: 20_240_601,
  users: 5_000,
  baseRepositories: 20,
  teams: 40,
  repositoriesPerTeam: 10,
  tagsPerRepository: 24,
  days: 3,
} as const;

const DAY_MS = 86_400_000;

const HOST = "hub.example.com";

/** Share of events without a name: no authentication, or a token that was used again. */
const ANONYMOUS = 0.1;

interface Shape {
  readonly weight: number;
  readonly action: string;
  readonly method: string;
  readonly media: "manifest" | "blob" | "none";
  readonly tagged: boolean;
}

const SHAPES: readonly Shape[] = [
  { weight: 20, action: "pull", method: "GET", media: "manifest", tagged: true },
  { weight: 14, action: "pull", method: "GET", media: "manifest", tagged: false },
  { weight: 24, action: "pull", method: "GET", media: "blob", tagged: false },
  { weight: 12, action: "pull", method: "HEAD", media: "manifest", tagged: true },
  { weight: 12, action: "push", method: "PUT", media: "blob", tagged: false },
  { weight: 6, action: "push", method: "PUT", media: "manifest", tagged: true },
  { weight: 5, action: "push", method: "PUT", media: "manifest", tagged: false },
  { weight: 4, action: "mount", method: "POST", media: "blob", tagged: false },
  { weight: 2, action: "delete", method: "DELETE", media: "none", tagged: true },
  { weight: 1, action: "delete", method: "DELETE", media: "none", tagged: false },
];

const USER_AGENTS = [
  "containerd/1.7.22",
  "docker/27.3.1 go/go1.22.7 os/linux arch/amd64",
  "buildkit/v0.16.0",
  "Go-http-client/1.1",
  "skopeo/1.16.1",
] as const;

const MEDIA_TYPES = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;

const shapes = new WeightedChoice(SHAPES.map(({ weight }) => weight));
const users = zipf(WORKLOAD.users, 1);
const baseRepositories = zipf(WORKLOAD.baseRepositories, 1);
const teamRepositories = zipf(WORKLOAD.repositoriesPerTeam, 1);
const tags = zipf(WORKLOAD.tagsPerRepository, 1.2);

/** The id under which the event with this number of a run is known: shaped like a UUID. @param run 8 hex digits */
export function eventId(run: string, number: number): string {
  return `${run}-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** The number in an id that `eventId` made. */
export function eventNumber(id: string): number {
  return Number.parseInt(id.slice(24), 16);
}

/**
 * One request body: an envelope with one event, indented as registries write it; about 1,000 bytes.
 *
 * @param index which event of the workload; the same index gives the same event but for its id
 * @param id the event's id, 36 characters
 * @param until Unix time in milliseconds; events happened within some days before
 */
export function eventBody(index: number, id: string, until: number): string {
  const random = randomOf(WORKLOAD.seed, index);
  const shape = SHAPES[shapes.pick(random.next())] as Shape;
  const user = users.pick(random.next());
  const event = {
    id,
    timestamp: timestamp(random, until),
    action: shape.action,
    target: targetOf(shape, repositoryOf(user, shape, random), random),
    request: {
      id: uuid(random),
      addr: `10.${random.below(64)}.${random.below(256)}.${random.below(256)}:${20_000 + random.below(40_000)}`,
      host: HOST,
      method: shape.method,
      useragent: USER_AGENTS[random.below(USER_AGENTS.length)],
    },
    actor: random.next() < ANONYMOUS ? {} : { name: `user-${user}` },
    source: {
      addr: `registry-${random.below(4)}:5000`,
      instanceID: `a3f0c1d2-7b44-4f0e-9a55-0c6b1e2d3f4${random.below(4)}`,
    },
  };
  return JSON.stringify({ events: [event] }, null, 3);
}

/** Version 3 sends empty texts and zeros where it has nothing to say. */
function targetOf(shape: Shape, repository: string, random: Random): object {
  const tag = shape.tagged ? { tag: tagOf(random) } : {};
  if (shape.media === "none") {
    const digest = shape.tagged ? "" : digestOf(random);
    return { mediaType: "", digest, size: 0, length: 0, repository, ...tag };
  }
  const isBlob = shape.media === "blob";
  const digest = digestOf(random);
  const size = isBlob ? random.below(80_000_000) : 1_024 + random.below(4_096);
  return {
    mediaType: isBlob ? "application/octet-stream" : MEDIA_TYPES[random.below(MEDIA_TYPES.length)],
    digest,
    size,
    length: size,
    repository,
    ...(shape.action === "mount" ? { fromRepository: "library/base-0" } : {}),
    url: `/v2/${repository}/${isBlob ? "blobs" : "manifests"}/${digest}`,
    ...tag,
  };
}

function digestOf(random: Random): string {
  return `sha256:${random.hex(64)}`;
}

/** Half of the traffic is for images that everybody builds on, the other half for those of one's own team. */
function repositoryOf(user: number, shape: Shape, random: Random): string {
  const reads = shape.action === "pull";
  if (reads && random.next() < 0.6) {
    return `library/base-${baseRepositories.pick(random.next())}`;
  }
  const repository = teamRepositories.pick(random.next());
  return `team-${user % WORKLOAD.teams}/service-${repository}`;
}

function tagOf(random: Random): string {
  const rank = tags.pick(random.next());
  return rank === 0 ? "latest" : rank === 1 ? "main" : `v1.${rank}.0`;
}

function timestamp(random: Random, until: number): string {
  const at = until - random.below(WORKLOAD.days * DAY_MS);
  return `${new Date(at).toISOString().slice(0, 23)}${String(random.below(1_000_000)).padStart(6, "0")}Z`;
}

function uuid(random: Random): string {
  const hex = random.hex(32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
