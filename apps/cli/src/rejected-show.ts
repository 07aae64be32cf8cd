import { findRejected } from "@tallyman/database";
import { stateOf } from "./rejected-list.ts";
import { parseId } from "./selection.ts";
import { EXIT, inColumns, print, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";

/** `tallyman rejected show`: everything about one rejected event. */
export async function rejectedShow(
  surroundings: Surroundings,
  id: string,
  options: CommonOptions,
): Promise<number> {
  const number = parseId(id);
  const event = await withDatabase(surroundings, options, ({ client }) =>
    findRejected(client, number),
  );
  if (event === undefined) {
    surroundings.stderr.write(
      `There is no rejected event ${number}. tallyman rejected list --all shows those there are.\n`,
    );
    return EXIT.failure;
  }
  print(surroundings, options.json ?? false, event, [
    ...inColumns([
      ["id", String(event.id)],
      ["state", stateOf(event)],
      ["registry", event.registry],
      ["received", event.receivedAt],
      ["event id", event.eventId ?? "-"],
      ["reason", event.reason],
      ["detail", event.detail],
      ["replayed", event.replayedAt ?? "-"],
      ["discarded", event.discardedAt ?? "-"],
    ]),
    "",
    event.payload,
  ]);
  return EXIT.ok;
}
