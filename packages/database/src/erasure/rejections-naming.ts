import { usernameOf } from "@tallyman/events";
import type pg from "pg";

/** A rejected event that names a person. */
export interface NamingRejection {
  readonly id: string;
  /** Whether it could still be replayed. */
  readonly open: boolean;
}

/** Rejected events in memory at once: a payload can be a whole request of some megabytes. */
const PAGE = 20;

/**
 * Rejected events of a registry whose payload or detail names a person. A payload that is JSON does when an actor in it
 * has the name; any other text, when it has the name in quotes. Case does not matter.
 */
export async function rejectionsNaming(
  client: pg.ClientBase,
  registry: string,
  username: string,
): Promise<readonly NamingRejection[]> {
  await client.query(
    `declare tallyman_rejections no scroll cursor for
     select id, payload, detail, replayed_at is null and discarded_at is null as open
     from rejected_events
     where registry = ${client.escapeLiteral(registry)} and (payload <> '' or strpos(detail, '"') > 0)`,
  );
  const naming: NamingRejection[] = [];
  for (;;) {
    const { rows } = await client.query<NamingRejection & { payload: string; detail: string }>(
      `fetch ${PAGE} from tallyman_rejections`,
    );
    if (rows.length === 0) break;
    for (const { id, open, payload, detail } of rows) {
      if (names(payload, username) || quotes(detail, username)) naming.push({ id, open });
    }
  }
  await client.query("close tallyman_rejections");
  return naming;
}

function names(payload: string, username: string): boolean {
  let found = false;
  try {
    JSON.parse(payload, (key, value: unknown) => {
      if (key === "actor" && isNamed(value, username)) found = true;
      return value;
    });
    return found;
  } catch {
    // No JSON, or nested deeper than the stack.
    return quotes(payload, username);
  }
}

/** Whether an actor is the person; one that is mere text is no actor to the worker, but a name all the same. */
function isNamed(actor: unknown, username: string): boolean {
  const name: unknown =
    typeof actor === "string" ? actor : (actor as { name?: unknown } | null)?.name;
  return typeof name === "string" && usernameOf(name) === username;
}

function quotes(text: string, username: string): boolean {
  return usernameOf(text).includes(usernameOf(JSON.stringify(username)));
}
