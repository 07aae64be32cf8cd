import { readNotification, type Notification, type RegistryEvent } from "@tallyman/events";

/**
 * The law of counting in one thread: every event by itself, in the order given, with nothing but maps. Slow and
 * obvious on purpose; what the real store makes of the same events must be equal. Reading an event is shared with the
 * real thing (it has its own tests); everything that counts is written again here.
 */
export class ReferenceModel {
  readonly #keys = new Set<string>();
  readonly #open = new Set<string>();
  readonly #repositories = new Map<string, Row>();
  readonly #users = new Set<string>();
  readonly #tracking: Row[] = [];
  readonly #rejected: Row[] = [];
  readonly #ledger = new Map<string, Counts>();
  readonly #members = new Map<string, Set<string>>();
  readonly #events = new Map<string, Counts>();
  readonly #daily = new Map<string, Counts>();
  readonly #monthly = new Map<string, Counts>();
  readonly #statistics = new Map<string, Statistics>();
  readonly #actors = new Map<string, Statistics>();
  readonly #actorDays = new Map<string, Statistics>();
  readonly #tags = new Map<string, Statistics>();
  readonly #directory: ReadonlySet<string> | "open";
  readonly #creations: ReadonlySet<string> | undefined;

  /**
   * @param directory names `registry/username` that count as users, or "open" for all
   * @param creations keys `registry/event id` of the events that create; by default the model decides by its order
   */
  constructor(directory: ReadonlySet<string> | "open" = "open", creations?: ReadonlySet<string>) {
    this.#directory = directory;
    this.#creations = creations;
  }

  receive(notification: Notification): void {
    for (const reading of readNotification(notification)) {
      const ledger = of(
        this.#ledger,
        key(reading.registry, reading.receivedAt.slice(0, 10)),
        Counts,
      );
      ledger.add("received");
      if (this.#keys.has(reading.key)) {
        ledger.add("duplicates");
        continue;
      }
      this.#keys.add(reading.key);
      if (reading.kind === "rejected") {
        ledger.add("rejected");
        const { registry, reason, detail, eventId, payload } = reading;
        this.#rejected.push([registry, reason, detail, eventId, payload]);
      } else {
        ledger.add("tracked");
        this.#track(reading);
      }
    }
  }

  #track(event: RegistryEvent): void {
    const { registry, repository, operation, targetKind, tag, digest, mediaType } = event;
    const creates = this.#register(event);
    const action = actionName(event, creates);
    if (action === "delete_repository" && digest === null) this.#close(event);

    const day = event.occurredAt.slice(0, 10);
    const size = BigInt(event.sizeBytes ?? 0);
    const manifest = targetKind === "tag" || targetKind === "manifest";
    const moved = operation === "push" || operation === "pull" ? size : 0n;
    for (const counts of [
      of(this.#events, key(registry, day, action), Counts),
      of(this.#daily, key(registry, repository, day, action), Counts),
      of(this.#monthly, key(registry, repository, `${day.slice(0, 7)}-01`), Counts),
    ]) {
      counts.add("events");
      counts.add("bytes", moved);
      counts.add("created", creates ? 1n : 0n);
      if (manifest) counts.add(operation);
    }

    const statistics = of(this.#statistics, key(registry, repository), Statistics);
    if (operation === "push") statistics.bytesPushed += size;
    if (operation === "pull") statistics.bytesPulled += size;
    if (manifest) statistics.see(operation, event.occurredAt);

    const name = event.actorName?.toLowerCase();
    if (name !== undefined) {
      const actor = of(
        this.#actors,
        key(registry, repository, name, event.actorType ?? ""),
        Statistics,
      );
      if (manifest) actor.see(operation, event.occurredAt);
      actor.seen.push(event.occurredAt);
      const onDay = of(this.#actorDays, key(registry, name, repository, day, action), Statistics);
      if (manifest) onDay.see(operation, event.occurredAt);
      onDay.seen.push(event.occurredAt);
      onDay.bytesPushed += moved;
    }
    if (tag !== null && ["push", "pull", "delete"].includes(operation)) {
      const statisticsOfTag = of(this.#tags, key(registry, repository, tag), Statistics);
      statisticsOfTag.see(operation, event.occurredAt);
      if (operation === "push") statisticsOfTag.digests.push([event.occurredAt, digest ?? ""]);
      if (operation === "delete") statisticsOfTag.deleted.push(event.occurredAt);
    }

    const user = this.#countUser(event, action, creates, day);
    this.#tracking.push([
      registry,
      event.eventId,
      event.occurredAt,
      event.receivedAt,
      event.timestampSource,
      operation,
      targetKind,
      action,
      String(creates),
      repository,
      tag,
      digest,
      mediaType,
      event.sizeBytes?.toString() ?? null,
      event.actorName,
      event.actorType,
      user ?? null,
      event.userAgent,
      event.requestId,
      event.sourceInstance,
    ]);
  }

  #register(event: RegistryEvent): boolean {
    if (event.operation !== "push" && event.operation !== "mount") return false;
    const path = key(event.registry, event.repository);
    const creates =
      this.#creations === undefined
        ? !this.#open.has(path)
        : this.#creations.has(`${event.registry}/${event.eventId}`);
    if (creates) {
      this.#open.add(path);
      this.#repositories.set(path, ["push", event.occurredAt, null]);
    }
    return creates;
  }

  #close(event: RegistryEvent): void {
    const path = key(event.registry, event.repository);
    if (!this.#open.delete(path)) return;
    const [origin, createdAt] = this.#repositories.get(path) ?? [];
    this.#repositories.set(path, [origin ?? null, createdAt ?? null, event.occurredAt]);
  }

  /** Marks a repository as imported before any event. */
  importRepository(registry: string, path: string): void {
    this.#open.add(key(registry, path));
    this.#repositories.set(key(registry, path), ["import", null, null]);
  }

  #countUser(
    event: RegistryEvent,
    action: string,
    creates: boolean,
    day: string,
  ): string | undefined {
    if (event.actorName === null) return undefined;
    const types = [null, "personal_access_token", "build", "gitlab_or_ldap"];
    if (!types.includes(event.actorType)) return undefined;
    const user = `${event.registry}/${event.actorName.toLowerCase()}`;
    if (this.#directory !== "open" && !this.#directory.has(user)) return undefined;
    this.#users.add(user);
    const metrics = [action];
    if (creates) metrics.push("create_repository");
    const writes = [
      "push_tag",
      "delete_tag",
      "push_repository",
      "create_repository",
      "delete_repository",
    ];
    if (writes.includes(action)) metrics.push("any_write");
    if (action === "pull_tag" || action === "pull_manifest") metrics.push("any_read");
    for (const metric of metrics) {
      for (const [period, start] of [
        ["day", day],
        ["week", mondayOf(day)],
        ["month", `${day.slice(0, 8)}01`],
      ] as const) {
        const members = this.#members.get(key(event.registry, metric, period, start)) ?? new Set();
        this.#members.set(key(event.registry, metric, period, start), members.add(user));
      }
    }
    return user;
  }

  /** Distinct users of any window, counted from the tracking rows. */
  distinctUsers(metric: string, from: string, to: string, registry?: string): number {
    const users = new Set<string>();
    for (const [members, names] of this.#members) {
      const [owner, name, period, start] = members.split("\0") as [string, string, string, string];
      if (name !== metric || period !== "day" || start < from || start >= to) continue;
      if (registry === undefined || registry === owner) for (const user of names) users.add(user);
    }
    return users.size;
  }

  /** Every table as sorted rows of text, in the shape of `readTables`. */
  tables(): Tables {
    return {
      container_repositories: rows(this.#repositories, (row) => row),
      users: [...this.#users].map((user) => [user]).toSorted(byText),
      tracking_events: this.#tracking.toSorted(byText),
      rejected_events: this.#rejected.toSorted(byText),
      ledger: rows(this.#ledger, (c) => c.all("received", "tracked", "duplicates", "rejected")),
      distinct_user_rollups: rows(this.#members, (users) => [String(users.size)]),
      event_rollups: rows(this.#events, (c) => c.all("events", "bytes", "created")),
      repository_daily: rows(this.#daily, (c) => c.all("events", "bytes", "created", "push")),
      repository_monthly: rows(this.#monthly, (c) => c.all("pull", "push", "bytes", "events")),
      repository_stats: rows(this.#statistics, (s) => [
        ...s.pushesAndPulls(),
        String(s.bytesPushed),
        String(s.bytesPulled),
      ]),
      repository_actors: rows(this.#actors, (s) => [
        String(s.pushed.length),
        String(s.pulled.length),
        first(s.seen),
        last(s.seen),
      ]),
      actor_daily: rows(this.#actorDays, (s) => [
        String(s.seen.length),
        String(s.bytesPushed),
        String(s.pushed.length),
        last(s.seen),
      ]),
      tag_stats: rows(this.#tags, (s) => [...s.pushesAndPulls(), s.digest(), s.deletedAt()]),
    };
  }
}

/** A row of a table as text. */
export type Row = (string | null)[];
export type Tables = Record<string, readonly Row[]>;

class Counts {
  readonly #counts = new Map<string, bigint>();
  add(name: string, by = 1n): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0n) + by);
  }
  all(...names: string[]): string[] {
    return names.map((name) => String(this.#counts.get(name) ?? 0n));
  }
}

class Statistics {
  readonly pushed: string[] = [];
  readonly pulled: string[] = [];
  readonly seen: string[] = [];
  readonly deleted: string[] = [];
  readonly digests: [string, string][] = [];
  bytesPushed = 0n;
  bytesPulled = 0n;

  see(operation: string, at: string): void {
    if (operation === "push") this.pushed.push(at);
    if (operation === "pull") this.pulled.push(at);
  }
  pushesAndPulls(): Row {
    const { pushed, pulled } = this;
    return [
      String(pushed.length),
      String(pulled.length),
      first(pushed),
      last(pushed),
      first(pulled),
      last(pulled),
    ];
  }
  digest(): string | null {
    return last(this.digests.map(([at, digest]) => `${at} ${digest}`))?.slice(28) || null;
  }
  deletedAt(): string | null {
    const deleted = last(this.deleted);
    const pushed = last(this.pushed);
    return deleted !== null && (pushed === null || deleted >= pushed) ? deleted : null;
  }
}

function actionName(event: RegistryEvent, creates: boolean): string {
  const { operation, targetKind, mediaType } = event;
  if (operation === "mount") return "mount_blob";
  if (operation === "rename") return "rename_repository";
  if (operation === "push") {
    if (targetKind === "tag") return "push_tag";
    if (creates) return "create_repository";
    return targetKind === "blob" ? "push_blob" : "push_repository";
  }
  if (operation === "delete" && targetKind === "manifest") {
    return mediaType === null ? "delete_manifest" : "delete_repository";
  }
  return `${operation}_${targetKind}`;
}

function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  while (date.getUTCDay() !== 1) date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}

function key(...parts: string[]): string {
  return parts.join("\0");
}

function of<V>(map: Map<string, V>, name: string, make: new () => V): V {
  const value = map.get(name) ?? new make();
  map.set(name, value);
  return value;
}

function first(times: readonly string[]): string | null {
  return times.toSorted()[0] ?? null;
}

function last(times: readonly string[]): string | null {
  return times.toSorted().at(-1) ?? null;
}

function rows<V>(map: ReadonlyMap<string, V>, columns: (value: V) => Row): Row[] {
  return [...map].map(([name, value]) => [...name.split("\0"), ...columns(value)]).toSorted(byText);
}

function byText(a: Row, b: Row): number {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
