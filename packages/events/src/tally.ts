import type { Action } from "./action.ts";
import { usernameOf } from "./actor.ts";
import { getOrAdd, keyOf, sortedByKey } from "./keyed.ts";
import { dayOf, periodStart } from "./periods.ts";
import type { TrackingEvent } from "./tracking-event.ts";

/** What a batch adds to `event_rollups` and, with a repository, to `repository_daily`. */
export interface DailyDelta {
  readonly registry: string;
  readonly repository: string;
  readonly day: string;
  readonly action: Action;
  events: number;
  bytes: bigint;
  repositoriesCreated: number;
  /** Of manifests; only `repository_daily` has it. */
  pushes: number;
}

/** What a batch adds to `repository_monthly`. */
export interface MonthlyDelta {
  readonly registry: string;
  readonly repository: string;
  /** Its first day. */
  readonly month: string;
  pulls: number;
  pushes: number;
  bytes: bigint;
  events: number;
}

/** First and last of something by event time; null when never. */
export interface Span {
  first: string | null;
  last: string | null;
}

/** What a batch adds to `repository_stats`. */
export interface RepositoryDelta {
  readonly registry: string;
  readonly repository: string;
  pushes: number;
  pulls: number;
  readonly pushed: Span;
  readonly pulled: Span;
  bytesPushed: bigint;
  bytesPulled: bigint;
}

/** What a batch adds to `repository_actors`. */
export interface ActorDelta {
  readonly registry: string;
  readonly repository: string;
  readonly actorName: string;
  readonly actorType: string | null;
  pushes: number;
  pulls: number;
  readonly seen: Span;
}

/** What a batch adds to `tag_stats`. */
export interface TagDelta {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Digest of the latest push in the batch, the greater one of two at the same instant. */
  digest: string | null;
  pushes: number;
  pulls: number;
  readonly pushed: Span;
  readonly pulled: Span;
  deletedAt: string | null;
}

/** Everything that a batch of events adds to the rollups, each key once, sorted by key. */
export interface Tally {
  readonly events: readonly DailyDelta[];
  readonly repositoryDays: readonly DailyDelta[];
  readonly repositoryMonths: readonly MonthlyDelta[];
  readonly repositories: readonly RepositoryDelta[];
  readonly actors: readonly ActorDelta[];
  readonly tags: readonly TagDelta[];
}

/**
 * Adds a batch of events up. Every rollup row occurs once, and in one order for all workers: a key twice in an upsert is
 * an error, and keys in different orders are a deadlock.
 */
export function tally(batch: readonly TrackingEvent[]): Tally {
  const registries = new Map<string, RegistryTally>();
  for (const event of batch) {
    const registry = getOrAdd(registries, event.registry, newRegistry);
    addDay(registry.days, event, "");
    const repository = getOrAdd(registry.repositories, event.repository, () =>
      newRepository(event),
    );
    addDay(repository.days, event, event.repository);
    addRepository(repository.delta, event);
    addActor(repository.actors, event);
    addTag(repository.tags, event);
  }
  return inOrder(registries);
}

type Days = Map<string, Map<string, DailyDelta>>;

/** One registry's part. Nested by name, because joining the names of each event into keys is what would cost most. */
interface RegistryTally {
  readonly days: Days;
  readonly repositories: Map<string, RepositoryTally>;
}

interface RepositoryTally {
  readonly delta: RepositoryDelta;
  readonly days: Days;
  readonly actors: Map<string, ActorDelta>;
  readonly tags: Map<string, TagDelta>;
}

function newRegistry(): RegistryTally {
  return { days: new Map(), repositories: new Map() };
}

function newRepository({ registry, repository }: TrackingEvent): RepositoryTally {
  return {
    delta: {
      registry,
      repository,
      pushes: 0,
      pulls: 0,
      pushed: { first: null, last: null },
      pulled: { first: null, last: null },
      bytesPushed: 0n,
      bytesPulled: 0n,
    },
    days: new Map(),
    actors: new Map(),
    tags: new Map(),
  };
}

/** No name holds a character before NUL, so sorting level by level is the order of the joined names. */
function inOrder(registries: ReadonlyMap<string, RegistryTally>): Tally {
  const events: DailyDelta[] = [];
  const repositoryDays: DailyDelta[] = [];
  const repositoryMonths: MonthlyDelta[] = [];
  const repositories: RepositoryDelta[] = [];
  const actors: ActorDelta[] = [];
  const tags: TagDelta[] = [];
  for (const registry of sortedByKey(registries)) {
    for (const actions of sortedByKey(registry.days)) events.push(...sortedByKey(actions));
    for (const repository of sortedByKey(registry.repositories)) {
      repositories.push(repository.delta);
      const days = sortedByKey(repository.days).flatMap((actions) => sortedByKey(actions));
      repositoryDays.push(...days);
      repositoryMonths.push(...monthsOf(days));
      for (const actor of sortedByKey(repository.actors)) actors.push(actor);
      for (const tag of sortedByKey(repository.tags)) tags.push(tag);
    }
  }
  return { events, repositoryDays, repositoryMonths, repositories, actors, tags };
}

/** Adds the days of one repository up. @param days in their order */
function monthsOf(days: readonly DailyDelta[]): Iterable<MonthlyDelta> {
  const months = new Map<string, MonthlyDelta>();
  for (const { registry, repository, day, action, events, bytes, pushes } of days) {
    const month = periodStart("month", day);
    const delta = getOrAdd(months, month, () => ({
      registry,
      repository,
      month,
      pulls: 0,
      pushes: 0,
      bytes: 0n,
      events: 0,
    }));
    if (action === "pull_tag" || action === "pull_manifest") delta.pulls += events;
    delta.pushes += pushes;
    delta.bytes += bytes;
    delta.events += events;
  }
  return months.values();
}

/** A manifest was uploaded, tagged or not. Layers are not pushes. */
export function isManifestPush(event: TrackingEvent): boolean {
  return event.operation === "push" && namesManifest(event);
}

/** A manifest was downloaded. Layers are no pulls, and HEAD is an operation of its own. */
export function isManifestPull(event: TrackingEvent): boolean {
  return event.operation === "pull" && namesManifest(event);
}

function namesManifest({ targetKind }: TrackingEvent): boolean {
  return targetKind === "tag" || targetKind === "manifest";
}

/** Bytes that an event moved: sizes of pushes and pulls. */
function bytesMoved({ operation, sizeBytes }: TrackingEvent): bigint {
  return operation === "push" || operation === "pull" ? BigInt(sizeBytes ?? 0) : 0n;
}

function addDay(days: Days, event: TrackingEvent, repository: string): void {
  const { registry, action } = event;
  const day = dayOf(event.occurredAt);
  const actions = getOrAdd(days, day, () => new Map<string, DailyDelta>());
  const delta = getOrAdd(actions, action, () => ({
    registry,
    repository,
    day,
    action,
    events: 0,
    bytes: 0n,
    repositoriesCreated: 0,
    pushes: 0,
  }));
  delta.events++;
  delta.bytes += bytesMoved(event);
  if (event.createdRepository) delta.repositoriesCreated++;
  if (isManifestPush(event)) delta.pushes++;
}

function addRepository(delta: RepositoryDelta, event: TrackingEvent): void {
  if (isManifestPush(event)) {
    delta.pushes++;
    extend(delta.pushed, event.occurredAt);
  } else if (isManifestPull(event)) {
    delta.pulls++;
    extend(delta.pulled, event.occurredAt);
  }
  if (event.operation === "push") delta.bytesPushed += bytesMoved(event);
  else if (event.operation === "pull") delta.bytesPulled += bytesMoved(event);
}

function addActor(actors: Map<string, ActorDelta>, event: TrackingEvent): void {
  if (event.actorName === null) return;
  const { registry, repository, actorType } = event;
  const actorName = usernameOf(event.actorName);
  const key = actorType === null ? actorName : keyOf(actorName, actorType);
  const delta = getOrAdd(actors, key, () => ({
    registry,
    repository,
    actorName,
    actorType,
    pushes: 0,
    pulls: 0,
    seen: { first: null, last: null },
  }));
  if (isManifestPush(event)) delta.pushes++;
  else if (isManifestPull(event)) delta.pulls++;
  extend(delta.seen, event.occurredAt);
}

function addTag(tags: Map<string, TagDelta>, event: TrackingEvent): void {
  const { registry, repository, tag, operation, occurredAt, digest } = event;
  if (tag === null) return;
  if (operation !== "push" && operation !== "pull" && operation !== "delete") return;
  const delta = getOrAdd(tags, tag, () => ({
    registry,
    repository,
    tag,
    digest: null,
    pushes: 0,
    pulls: 0,
    pushed: { first: null, last: null },
    pulled: { first: null, last: null },
    deletedAt: null,
  }));
  if (operation === "push") {
    const last = delta.pushed.last;
    if (last === null || occurredAt > last) delta.digest = digest;
    else if (occurredAt === last && (digest ?? "") > (delta.digest ?? "")) delta.digest = digest;
    delta.pushes++;
    extend(delta.pushed, occurredAt);
  } else if (operation === "pull") {
    delta.pulls++;
    extend(delta.pulled, occurredAt);
  } else if (delta.deletedAt === null || occurredAt > delta.deletedAt) {
    delta.deletedAt = occurredAt;
  }
}

function extend(span: Span, at: string): void {
  if (span.first === null || at < span.first) span.first = at;
  if (span.last === null || at > span.last) span.last = at;
}
