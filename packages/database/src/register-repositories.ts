import {
  closesRepository,
  getOrAdd,
  keyOf,
  registersRepository,
  sortedByKey,
  type RegistryEvent,
} from "@tallyman/events";
import type pg from "pg";
import {
  insertRepositories,
  lockRepositories,
  selectRepositories,
  updateRepositories,
  type RepositoryChange,
  type RepositoryPath,
} from "./statements/container-repositories.ts";

/** A repository's events of one batch that register or close it, in the order of the batch. */
interface RepositoryEvents extends RepositoryPath {
  readonly events: RegistryEvent[];
  closes: boolean;
}

/**
 * Consults and maintains `container_repositories` for a batch.
 *
 * Three steps, each in the order of the keys, so that workers never wait for each other in a circle: look (no locks),
 * insert what is missing, lock what is closed or is being closed. A repository that is there and open, which is nearly
 * every one, costs a look and no lock.
 *
 * @param batch different events in the order in which they count
 * @returns the events that create their repository
 */
export async function registerRepositories(
  client: pg.ClientBase,
  batch: readonly RegistryEvent[],
): Promise<ReadonlySet<RegistryEvent>> {
  const repositories = groupByRepository(batch);
  if (repositories.length === 0) return new Set();

  const found = byPath(await selectRepositories(client, repositories));
  const missing = repositories.flatMap((repository) => {
    if (found.has(pathKey(repository))) return [];
    const first = repository.events.find(registersRepository);
    return first === undefined ? [] : [{ ...pathOf(repository), createdAt: first.occurredAt }];
  });
  const inserted = new Set(
    missing.length === 0 ? [] : (await insertRepositories(client, missing)).map(pathKey),
  );
  const lost = new Set(missing.map(pathKey).filter((key) => !inserted.has(key)));

  const contested = repositories.filter((repository) => {
    const key = pathKey(repository);
    // Another worker's insert came first: it may have been closed again since.
    return repository.closes || lost.has(key) || found.get(key)?.open === false;
  });
  const locked = byPath(contested.length === 0 ? [] : await lockRepositories(client, contested));

  const creations = new Set<RegistryEvent>();
  const changes: RepositoryChange[] = [];
  for (const repository of repositories) {
    const key = pathKey(repository);
    const isNew = inserted.has(key);
    const row = locked.get(key) ?? found.get(key);
    const change = replay(repository, !isNew && row?.open === true, creations);
    // Nothing to write for a repository that is not in the table: a deletion never registers it.
    if (change !== undefined && locked.has(key)) changes.push(change);
  }
  if (changes.length > 0) await updateRepositories(client, changes);
  return creations;
}

/** Goes through one repository's events in order, notes the creations and returns the change, if there is one. */
function replay(
  repository: RepositoryEvents,
  openBefore: boolean,
  creations: Set<RegistryEvent>,
): RepositoryChange | undefined {
  let open = openBefore;
  let createdAt: string | null = null;
  let deletedAt: string | null = null;
  for (const event of repository.events) {
    if (registersRepository(event)) {
      if (open) continue;
      creations.add(event);
      open = true;
      createdAt = event.occurredAt;
      deletedAt = null;
    } else if (open) {
      open = false;
      deletedAt = event.occurredAt;
    }
  }
  const changed = createdAt !== null || deletedAt !== null;
  return changed ? { ...pathOf(repository), createdAt, deletedAt } : undefined;
}

function groupByRepository(batch: readonly RegistryEvent[]): RepositoryEvents[] {
  const groups = new Map<string, RepositoryEvents>();
  for (const event of batch) {
    const closes = closesRepository(event);
    if (!closes && !registersRepository(event)) continue;
    const { registry, repository: path } = event;
    const group = getOrAdd(groups, keyOf(registry, path), () => ({
      registry,
      path,
      events: [],
      closes: false,
    }));
    group.events.push(event);
    group.closes ||= closes;
  }
  return sortedByKey(groups);
}

function pathOf({ registry, path }: RepositoryPath): RepositoryPath {
  return { registry, path };
}

function pathKey({ registry, path }: RepositoryPath): string {
  return keyOf(registry, path);
}

function byPath<Row extends RepositoryPath>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [pathKey(row), row]));
}
