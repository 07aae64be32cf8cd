import { usernameOf } from "@tallyman/events";
import type pg from "pg";

/** Names in memory at once. */
const PAGE = 5_000;

/**
 * All ways in which a name is spelled in a table. Names compare as the workers compare them: Postgres would
 * put letters beyond ASCII into lower case differently, and some of them become plain ones.
 */
export async function spellingsOf(
  client: pg.ClientBase,
  registry: string,
  username: string,
  table: "tracking_events" | "tallyman.actor_days" = "tracking_events",
): Promise<readonly string[]> {
  await client.query(
    `declare tallyman_spellings no scroll cursor for
     select distinct actor_name from ${table}
     where registry = ${client.escapeLiteral(registry)}
       and (lower(actor_name collate "C") = ${client.escapeLiteral(username)}
         or octet_length(actor_name) <> char_length(actor_name))`,
  );
  const spellings: string[] = [];
  for (;;) {
    const { rows } = await client.query<{ actor_name: string }>(
      `fetch ${PAGE} from tallyman_spellings`,
    );
    if (rows.length === 0) break;
    for (const { actor_name } of rows) {
      if (usernameOf(actor_name) === username) spellings.push(actor_name);
    }
  }
  await client.query("close tallyman_spellings");
  return spellings;
}
