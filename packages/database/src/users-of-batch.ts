import { isUser, sortedByKey, usernameOf, type RegistryEvent } from "@tallyman/events";
import type pg from "pg";
import type { MemberCache } from "./member-cache.ts";
import { resolveUsers, userKey, type UserName } from "./statements/resolve-users.ts";

/** Whether names that nobody imported become users. */
export type UserDirectory = "open" | "closed";

/** The users of a batch. */
export interface UsersOfBatch {
  /** Ids of all of them, by `userKey`. */
  readonly ids: ReadonlyMap<string, number>;
  /** Those that were not remembered before. */
  readonly learned: ReadonlyMap<string, number>;
}

/**
 * Finds the ids of a batch's users. All of them are held by the batch itself: what is remembered may be forgotten while
 * the batch is under way, by another batch that fails.
 */
export async function usersOfBatch(
  client: pg.ClientBase,
  events: readonly RegistryEvent[],
  directory: UserDirectory,
  cache: MemberCache,
): Promise<UsersOfBatch> {
  const ids = new Map<string, number>();
  const unknown = new Map<string, UserName>();
  for (const event of events) {
    const name = userNameOf(event);
    if (name === undefined) continue;
    const key = userKey(name);
    if (ids.has(key) || unknown.has(key)) continue;
    const id = cache.userId(key);
    if (id === undefined) unknown.set(key, name);
    else ids.set(key, id);
  }
  if (unknown.size === 0) return { ids, learned: new Map() };
  const learned = await resolveUsers(client, sortedByKey(unknown), directory);
  for (const [key, id] of learned) ids.set(key, id);
  return { ids, learned };
}

/** The name by which an event's actor counts as a user, if it does. */
function userNameOf(event: RegistryEvent): UserName | undefined {
  const { registry, actorName, actorType } = event;
  if (actorName === null || !isUser(actorName, actorType)) return undefined;
  return { registry, username: usernameOf(actorName) };
}

/** The id by which an event's actor counts as a user; null when it does not. */
export function userIdOf(event: RegistryEvent, { ids }: UsersOfBatch): number | null {
  const name = userNameOf(event);
  return name === undefined ? null : (ids.get(userKey(name)) ?? null);
}
