import type pg from "pg";
import { conditionOf, countRejected, type RejectedFilter } from "./rejected-events.ts";

/** Rejected events to do something with: by their numbers, or all open ones that fit. */
export type RejectedSelection =
  | { readonly ids: readonly number[] }
  | { readonly filter: Omit<RejectedFilter, "all"> };

/** Most events in one transaction. */
const MAX_EVENTS = 500;

/** Most text in one transaction: a payload can be a whole request. */
const MAX_BYTES = 16 * 1_024 * 1_024;

/** How many events a selection has, as far as it can be known before. */
export async function countSelected(
  client: pg.ClientBase,
  selection: RejectedSelection,
): Promise<number> {
  return "ids" in selection
    ? new Set(selection.ids).size
    : await countRejected(client, selection.filter);
}

/**
 * The numbers of the selected events in ascending order, in parts that fit into one transaction each. What is rejected
 * only after the start is left out.
 */
export async function* batchesOf(
  client: pg.ClientBase,
  selection: RejectedSelection,
): AsyncGenerator<readonly number[]> {
  if ("ids" in selection) {
    const ids = [...new Set(selection.ids)].toSorted((a, b) => a - b);
    for (let i = 0; i < ids.length; i += MAX_EVENTS) {
      const wanted = ids.slice(i, i + MAX_EVENTS);
      const { rows } = await client.query<Size>(
        "select id, octet_length(payload) as bytes from rejected_events where id = any($1)",
        [wanted],
      );
      const bytes = new Map(rows.map((row) => [Number(row.id), row.bytes]));
      yield* bySize(wanted.map((id) => ({ id, bytes: bytes.get(id) ?? 0 })));
    }
    return;
  }
  const { text, values } = conditionOf(selection.filter);
  const { rows } = await client.query<{ last: string | null }>(
    "select max(id) as last from rejected_events",
  );
  const last = rows[0]?.last ?? "0";
  for (let after = "0"; ;) {
    const page = await client.query<Size>(
      `select id, octet_length(payload) as bytes from rejected_events
       where ${text} and id > $4 and id <= $5 order by id limit ${MAX_EVENTS}`,
      [...values, after, last],
    );
    if (page.rows.length === 0) return;
    after = page.rows.at(-1)?.id ?? last;
    yield* bySize(page.rows.map(({ id, bytes }) => ({ id: Number(id), bytes })));
  }
}

interface Size {
  readonly id: string;
  readonly bytes: number;
}

/** Splits a page so that no part is much larger than `MAX_BYTES`. */
function* bySize(page: readonly { id: number; bytes: number }[]): Generator<readonly number[]> {
  let part: number[] = [];
  let size = 0;
  for (const { id, bytes } of page) {
    if (part.length > 0 && size + bytes > MAX_BYTES) {
      yield part;
      part = [];
      size = 0;
    }
    part.push(id);
    size += bytes;
  }
  if (part.length > 0) yield part;
}
