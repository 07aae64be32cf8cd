import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { importUsers, type ImportedUser } from "@tallyman/database";
import { isRegistryLabel } from "@tallyman/runtime";
import { counted, EXIT, print, UsageError, type Surroundings } from "../surroundings.ts";
import { withDatabase, type CommonOptions } from "../with-database.ts";
import { readUsers } from "./read-users.ts";

/** Users per statement. */
const BATCH = 5_000;

/** Invalid lines that are named; the total is always told. */
const MOST_NAMED = 20;

/** `tallyman users import`: adds users from a CSV file. */
export async function usersImport(
  surroundings: Surroundings,
  file: string,
  options: CommonOptions & { readonly registry?: string; readonly dryRun?: boolean },
): Promise<number> {
  const { json = false, registry, dryRun = false } = options;
  if (registry !== undefined && !isRegistryLabel(registry)) {
    throw new UsageError(
      `--registry ${registry}: a label has lower-case letters, digits, ".", "_" and "-".`,
    );
  }
  const summary = { users: 0, added: 0, invalid: 0 };
  const named: { readonly line: number; readonly reason: string }[] = [];
  // Between batches a name that is repeated finds itself in the table, but for a dry run.
  const seen = new Set<string>();
  await withDatabase(surroundings, options, async ({ client, agreedNames, progress }) => {
    const names = await agreedNames({ note: !dryRun });
    let batch: ImportedUser[] = [];
    const flush = async (): Promise<void> => {
      if (batch.length > 0) summary.added += await importUsers(client, batch, dryRun);
      batch = [];
      progress.show(`${counted(summary.users, "line")} read`);
    };
    const input = file === "-" ? (surroundings.stdin ?? Readable.from([])) : createReadStream(file);
    for await (const line of readUsers(input, registry)) {
      if (line.kind === "invalid") {
        summary.invalid++;
        if (named.length < MOST_NAMED) named.push({ line: line.line, reason: line.reason });
        continue;
      }
      summary.users++;
      // As the workers record them: a pseudonym counts under the pseudonym.
      const username = names.nameOf(line.user.registry, line.user.username);
      if (username === null) {
        throw new UsageError("ACTOR_NAMES is off: no names are recorded, so none can count.");
      }
      const key = `${line.user.registry}/${username}`;
      if (seen.has(key)) continue;
      seen.add(key);
      batch.push({ registry: line.user.registry, username });
      if (batch.length >= BATCH) await flush();
    }
    await flush();
  });
  const { users, added, invalid } = summary;
  const alreadyThere = users - added;
  const lines = named.map(({ line, reason }) => `line ${line}: ${reason}`);
  if (invalid > named.length) lines.push(`… and ${invalid - named.length} more`);
  lines.push(
    `${counted(added, "user")} ${dryRun ? "would be added" : "added"}, ${alreadyThere} already there${invalid === 0 ? "" : `, ${counted(invalid, "invalid line")} left out`}`,
  );
  const document = { dryRun, added, alreadyThere, invalid, invalidLines: named };
  print(surroundings, json, document, lines);
  return invalid === 0 ? EXIT.ok : EXIT.failure;
}
