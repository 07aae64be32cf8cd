import { discardRejected } from "@tallyman/database";
import { selectionOf, type SelectionOptions } from "./selection.ts";
import { counted, EXIT, print, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";

/** `tallyman rejected discard`: gives rejected events up for good. */
export async function rejectedDiscard(
  surroundings: Surroundings,
  ids: readonly string[],
  options: CommonOptions & SelectionOptions & { readonly dryRun?: boolean },
): Promise<number> {
  const { json = false, dryRun = false } = options;
  const selection = selectionOf(ids, options);
  let discarded = 0;
  const notOpen: number[] = [];
  await withDatabase(surroundings, options, ({ client, progress }) =>
    discardRejected(client, selection, {
      dryRun,
      onDiscarded: (id, wasOpen) => {
        if (wasOpen) discarded++;
        else if ("ids" in selection) notOpen.push(id);
      },
      onProgress: (done, total) => progress.show(`${done} of ${counted(total, "event")}`),
    }),
  );
  const lines = [
    `${counted(discarded, "event")} ${dryRun ? "would be discarded" : "discarded; they stay rejected in the ledger"}`,
  ];
  if (notOpen.length > 0) {
    lines.push(`${notOpen.length} not there, replayed or discarded before: ${notOpen.join(", ")}`);
  }
  print(surroundings, json, { dryRun, discarded, notOpen }, lines);
  return notOpen.length === 0 ? EXIT.ok : EXIT.failure;
}
