import type pg from "pg";
import { columns, run } from "../transaction.ts";

/** A repository of a registry. */
export interface RepositoryPath {
  readonly registry: string;
  readonly path: string;
}

/** A repository as the table has it. */
export interface RepositoryRow extends RepositoryPath {
  readonly open: boolean;
}

const SELECT = `
select c.registry, c.path, c.deleted_at is null as open
from unnest($1::text[], $2::text[]) as wanted (registry, path)
join container_repositories c using (registry, path)`;

/** Reads repositories without locking them. */
export function selectRepositories(
  client: pg.ClientBase,
  paths: readonly RepositoryPath[],
): Promise<readonly RepositoryRow[]> {
  return run(client, "select-repositories", SELECT, columns(paths, ["registry", "path"]));
}

// The sort is inside, so that the locks are taken in that order.
const LOCK = `
select registry, path, deleted_at is null as open
from container_repositories
where (registry, path) in (select * from unnest($1::text[], $2::text[]))
order by registry collate "C", path collate "C"
for update`;

/** Reads repositories and keeps everyone else from closing or reopening them until the transaction ends. */
export function lockRepositories(
  client: pg.ClientBase,
  paths: readonly RepositoryPath[],
): Promise<readonly RepositoryRow[]> {
  return run(client, "lock-repositories", LOCK, columns(paths, ["registry", "path"]));
}

const INSERT = `
insert into container_repositories (registry, path, origin, created_at)
select registry, path, 'push', created_at
from unnest($1::text[], $2::text[], $3::timestamptz[]) as new (registry, path, created_at)
on conflict do nothing
returning registry, path`;

/**
 * Inserts repositories, open.
 *
 * @param repositories different ones, sorted by registry and path
 * @returns those that were not there: of several workers that try at once exactly one gets each
 */
export function insertRepositories(
  client: pg.ClientBase,
  repositories: readonly (RepositoryPath & { readonly createdAt: string })[],
): Promise<readonly RepositoryPath[]> {
  const values = columns(repositories, ["registry", "path", "createdAt"]);
  return run(client, "insert-repositories", INSERT, values);
}

const UPDATE = `
update container_repositories c
set origin = case when u.created_at is null then c.origin else 'push' end,
    created_at = coalesce(u.created_at, c.created_at),
    deleted_at = u.deleted_at
from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
  as u (registry, path, created_at, deleted_at)
where c.registry = u.registry and c.path = u.path`;

/** What a batch did to a repository that it has locked or inserted. */
export interface RepositoryChange extends RepositoryPath {
  /** Event time of the last creation in the batch; null when it created nothing. */
  readonly createdAt: string | null;
  /** Event time of the deletion that closed it; null when it is open now. */
  readonly deletedAt: string | null;
}

/** Closes and reopens repositories. */
export async function updateRepositories(
  client: pg.ClientBase,
  changes: readonly RepositoryChange[],
): Promise<void> {
  const values = columns(changes, ["registry", "path", "createdAt", "deletedAt"]);
  await run(client, "update-repositories", UPDATE, values);
}
