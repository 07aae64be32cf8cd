import type pg from "pg";

/** A user's name within its registry, in lower case. */
export interface ImportedUser {
  readonly registry: string;
  readonly username: string;
}

const COUNT_MISSING = `
select count(*)::int as missing
from unnest($1::text[], $2::text[]) as wanted (registry, username)
where not exists (select from users u where (u.registry, u.username) = (wanted.registry, wanted.username))`;

/** Sorted, so that imports that overlap never wait for each other in a circle. */
const INSERT = `
insert into users (registry, username)
select registry, username
from unnest($1::text[], $2::text[]) as wanted (registry, username)
where not exists (select from users u where (u.registry, u.username) = (wanted.registry, wanted.username))
order by registry, username
on conflict do nothing`;

/**
 * Adds users that are not there yet, in one statement.
 *
 * @param users different ones
 * @param dryRun only counts them
 * @returns how many were added, or would be
 */
export async function importUsers(
  client: pg.ClientBase,
  users: readonly ImportedUser[],
  dryRun: boolean,
): Promise<number> {
  const values = [users.map(({ registry }) => registry), users.map(({ username }) => username)];
  if (!dryRun) return (await client.query(INSERT, values)).rowCount ?? 0;
  const { rows } = await client.query<{ missing: number }>(COUNT_MISSING, values);
  return rows[0]?.missing ?? 0;
}
