import { rebuildRollups } from "@tallyman/database";
import { counted, EXIT, inColumns, print, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";

/** `tallyman rollups rebuild`: makes every rollup what tracking_events says. */
export async function rollupsRebuild(
  surroundings: Surroundings,
  options: CommonOptions & { readonly dryRun?: boolean; readonly acceptMissingEvents?: boolean },
): Promise<number> {
  const { json = false, dryRun = false, acceptMissingEvents = false } = options;
  const tables = await withDatabase(surroundings, options, ({ client, progress }) => {
    if (!dryRun) progress.show("waiting for the batches under way");
    return rebuildRollups(client, {
      acceptMissingEvents,
      dryRun,
      onTable: (table, index, total) =>
        progress.show(`${dryRun ? "counting" : "rebuilding"} ${table} (${index + 1} of ${total})`),
    });
  });
  const changed = tables.reduce((sum, { removed, written }) => sum + removed + written, 0);
  print(surroundings, json, { dryRun, changed, tables }, [
    ...inColumns(
      tables.map(({ table, removed, written }) => [
        table,
        `${written} written`,
        `${removed} removed`,
      ]),
    ),
    changed === 0
      ? "All was equal; nothing had to be changed."
      : `${counted(changed, "row")} ${dryRun ? "would be put right" : "put right"}`,
  ]);
  return EXIT.ok;
}
