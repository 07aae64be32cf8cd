import { stat } from "node:fs/promises";
import {
  createPool,
  ensureMonthPartition,
  PostgresTrackingStore,
  readHorizon,
} from "@tallyman/database";
import type { Command } from "commander";
import { addCommonOptions } from "./common-options.ts";
import { importLog, type Imported } from "./import-log/import-log.ts";
import { ImportState } from "./import-log/import-state.ts";
import { openLog, openPipe } from "./import-log/open-log.ts";
import { ProgressBar } from "./progress-bar.ts";
import { parseLabel, parseSince } from "./selection.ts";
import { counted, EXIT, print, UsageError, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions, type Work } from "./with-database.ts";

/** No registry of images is older; a month before is a clock that was wrong, and gets no partition. */
const OLDEST_MONTH = "2013-01-01";

const STDIN = "-";

interface Options extends CommonOptions {
  readonly registry: string;
  readonly receivedAt?: string;
  readonly state?: string;
}

/** Adds `tallyman import-log`. */
export function addImportLog(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  addCommonOptions(program.command("import-log"))
    .description(
      "Count events that somebody has kept in files: envelopes or bare events, one per file, one per line or one after the other, also gzipped; - is stdin. They are counted like any other, so that nothing counts twice and what cannot be read is set aside. Harmless to repeat, and while workers run. Set USER_DIRECTORY, ACTOR_NAMES and ACTOR_NAMES_KEY as the workers have them.",
    )
    .argument("<files...>", "files, or - for stdin")
    .requiredOption("--registry <label>", "the registry that sent them", parseLabel)
    .option(
      "--received-at <time>",
      "when they were received, where the file does not say it: a day or a time (UTC); default now",
      (text) => parseSince(text, Date.now(), "--received-at"),
    )
    .option("--state <file>", "keep here how far it is, and go on there when given again")
    .addHelpText(
      "after",
      "\nExamples:\n  $ tallyman import-log --registry harbour events.ndjson.gz --state import.json\n  $ zstdcat events.zst | tallyman import-log --registry harbour -",
    )
    .action(async (files, options) => report(await importLogCommand(surroundings, files, options)));
}

async function importLogCommand(
  surroundings: Surroundings,
  files: readonly string[],
  options: Options,
): Promise<number> {
  const { json = false, registry, receivedAt = new Date().toISOString() } = options;
  const sizes = await sizesOf(files, surroundings);
  const state = await ImportState.open(options.state, registry, receivedAt);
  const total: Imported = { received: 0, tracked: 0, duplicates: 0, rejected: 0 };
  const bytes = [...sizes.values()].reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const bar = new ProgressBar(surroundings, sizes.has(STDIN) ? undefined : bytes);
  try {
    await withDatabase(surroundings, options, async (work) => {
      const onMonths = partitionMaker(work, await readHorizon(work.client));
      const store = await openStore(work);
      let before = 0;
      try {
        for (const [file, size] of sizes) {
          const offset = size === undefined ? 0 : state.offsetIn(file, size);
          const log =
            size === undefined
              ? await openPipe(surroundings.stdin ?? missing())
              : await openLog(file, offset);
          await importLog({
            log,
            offset,
            registry,
            receivedAt: state.receivedAt,
            store,
            onMonths,
            onCounted: async (batch, upTo) => {
              for (const key of Object.keys(total) as (keyof Imported)[]) total[key] += batch[key];
              bar.update(
                before + log.readSoFar(),
                `${counted(total.received, "event")}, ${Math.round(total.received / bar.seconds)}/s`,
              );
              if (size !== undefined) await state.note(file, upTo, size);
            },
          });
          before += size ?? 0;
        }
      } finally {
        await state.write();
        await store.close();
      }
    });
  } finally {
    bar.end();
  }
  const seconds = Number(bar.seconds.toFixed(3));
  print(surroundings, json, { ...total, bytes, seconds }, describe(total, seconds));
  return EXIT.ok;
}

function describe(
  { received, tracked, duplicates, rejected }: Imported,
  seconds: number,
): string[] {
  const rate = Math.round(received / Math.max(seconds, 0.001));
  const lines = [
    `${counted(received, "event")} in ${seconds.toFixed(1)} s (${rate}/s): ${tracked} counted, ${duplicates} counted before, ${rejected} rejected`,
  ];
  if (rejected > 0) lines.push("Look at the rejected ones with: tallyman rejected list");
  return lines;
}

/** Sizes of the files in bytes; of stdin nobody knows it. @throws UsageError when one cannot be read */
async function sizesOf(
  files: readonly string[],
  { stdin }: Surroundings,
): Promise<ReadonlyMap<string, number | undefined>> {
  const sizes = new Map<string, number | undefined>();
  for (const file of files) {
    if (sizes.has(file)) throw new UsageError(`${file} is given twice.`);
    if (file === STDIN) {
      if (stdin === undefined) missing();
      sizes.set(file, undefined);
      continue;
    }
    const status = await stat(file).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`${file} cannot be read (${error.code}). Correct the name.`);
    });
    if (status.isDirectory()) throw new UsageError(`${file} is a directory. Name the files in it.`);
    sizes.set(file, status.size);
  }
  return sizes;
}

function missing(): never {
  throw new UsageError("There is no stdin to read from.");
}

async function openStore({
  databaseUrl,
  directory,
  agreedNames,
}: Work): Promise<PostgresTrackingStore> {
  const names = await agreedNames({ note: true });
  const pool = createPool({
    url: databaseUrl,
    max: 2,
    applicationName: "tallyman-cli",
    // Whoever waits for a statement hears of it as well.
    onError: () => undefined,
  });
  return new PostgresTrackingStore(pool, directory, names);
}

/** Old months get partitions of their own before their rows come, so that retention can drop them whole. */
function partitionMaker(
  { client }: Work,
  horizon: string | null,
): (months: ReadonlySet<string>) => Promise<void> {
  const known = new Set<string>();
  const newest = new Date().toISOString().slice(0, 10);
  return async (months) => {
    for (const month of months) {
      if (known.has(month)) continue;
      known.add(month);
      if (month < (horizon ?? OLDEST_MONTH) || month > newest) continue;
      // Without one the rows go where rows without a partition go; that is no reason to end.
      await ensureMonthPartition(client, month).catch(() => undefined);
    }
  };
}
