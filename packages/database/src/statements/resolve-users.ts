import type pg from "pg";
import { run } from "../transaction.ts";

/** A user's name within its registry, in lower case. */
export interface UserName {
  readonly registry: string;
  readonly username: string;
}

const SELECT = `
select u.id, u.registry, u.username
from unnest($1::text[], $2::text[]) as wanted (registry, username)
join users u using (registry, username)`;

const INSERT = `
insert into users (registry, username)
select registry, username from unnest($1::text[], $2::text[]) as new (registry, username)
on conflict do nothing`;

/**
 * Looks up users by name and, in an open directory, adds the unknown ones.
 *
 * @param names different names, sorted by registry and name
 * @returns the id of each name that is known now, by `userKey`
 */
export async function resolveUsers(
  client: pg.ClientBase,
  names: readonly UserName[],
  directory: "open" | "closed",
): Promise<Map<string, number>> {
  const known = new Map<string, number>();
  await select(client, names, known);
  if (directory === "closed" || known.size === names.length) return known;
  // Only names that are missing are inserted: a conflicting insert would use up a number of the id sequence each time.
  const missing = names.filter((name) => !known.has(userKey(name)));
  await run(client, "insert-users", INSERT, parameters(missing));
  await select(client, missing, known);
  return known;
}

/** A key of a user's name for maps. A registry label holds no slash. */
export function userKey({ registry, username }: UserName): string {
  return `${registry}/${username}`;
}

async function select(
  client: pg.ClientBase,
  names: readonly UserName[],
  into: Map<string, number>,
): Promise<void> {
  const rows = await run<{ id: string } & UserName>(
    client,
    "select-users",
    SELECT,
    parameters(names),
  );
  for (const row of rows) into.set(userKey(row), Number(row.id));
}

function parameters(names: readonly UserName[]): unknown[] {
  return [names.map(({ registry }) => registry), names.map(({ username }) => username)];
}
