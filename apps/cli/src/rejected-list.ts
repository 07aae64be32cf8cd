import { listRejected, type RejectedEvent } from "@tallyman/database";
import { EXIT, inColumns, print, type Surroundings } from "./surroundings.ts";
import type { SelectionOptions } from "./selection.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";

/** `tallyman rejected list`: rejected events, the latest first. */
export async function rejectedList(
  surroundings: Surroundings,
  options: CommonOptions & SelectionOptions & { readonly limit: number },
): Promise<number> {
  const { json = false, limit, ...filter } = options;
  const { total, events } = await withDatabase(surroundings, options, ({ client }) =>
    listRejected(client, filter, limit),
  );
  const lines =
    events.length === 0
      ? []
      : inColumns([
          ["ID", "RECEIVED", "REGISTRY", "STATE", "REASON", "EVENT", "DETAIL"],
          ...events.map(toRow),
        ]);
  const kind = filter.all === true ? "events that were ever rejected" : "open rejected events";
  print(surroundings, json, { total, events }, [
    ...lines,
    events.length < total
      ? `${events.length} of ${total} ${kind}; --limit shows more`
      : `${total} ${kind}`,
  ]);
  return EXIT.ok;
}

function toRow(event: RejectedEvent): string[] {
  const { id, receivedAt, registry, reason, eventId, detail } = event;
  return [String(id), receivedAt, registry, stateOf(event), reason, eventId ?? "-", detail];
}

/** What became of a rejected event. */
export function stateOf({ replayedAt, discardedAt }: RejectedEvent): string {
  if (replayedAt !== null) return "replayed";
  return discardedAt === null ? "open" : "discarded";
}
