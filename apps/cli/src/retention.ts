import { applyRetention, type Retention } from "@tallyman/database";
import type { Command } from "commander";
import { addCommonOptions } from "./common-options.ts";
import { counted, EXIT, inColumns, print, UsageError, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";
import { readableBytes } from "./readable-bytes.ts";

/** Longest time to keep that makes sense: a century. */
const MOST_DAYS = 36_500;

interface Options extends CommonOptions {
  readonly keep?: number;
  readonly rejected?: number;
  readonly keys?: number;
  readonly yes?: boolean;
}

/** Adds `tallyman retention`. */
export function addRetention(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  addCommonOptions(program.command("retention"))
    .description(
      "Remove what is older than it has to be kept. All numbers stay: only single events cannot be asked for any more. Without --yes it only tells what would go. Workers may run. Needs the login that migrates.",
    )
    .option("--keep <days>", "tracking rows, in whole months, for example 400d", days("--keep"))
    .option("--rejected <days>", "replayed and discarded rejected events", days("--rejected"))
    .option(
      "--keys <days>",
      "what recognises repeated events, of events whose tracking rows are removed",
      days("--keys"),
    )
    .option("--yes", "do it")
    .addHelpText(
      "after",
      "\nExamples:\n  $ tallyman retention --keep 400d\n  $ tallyman retention --keep 400d --rejected 90d --yes\n  $ tallyman retention --keep 400d --keys 800d --yes --json",
    )
    .action(async (options) => report(await retention(surroundings, options)));
}

async function retention(surroundings: Surroundings, options: Options): Promise<number> {
  const { json = false, keep, rejected, keys, yes = false } = options;
  if ((keep ?? rejected ?? keys) === undefined) {
    throw new UsageError(
      "Say what to keep for how long: --keep 400d, --rejected 90d or --keys 800d.",
    );
  }
  if (keys !== undefined && keys < (keep ?? 0)) {
    throw new UsageError("--keys must not be less than --keep: a key lives as long as its row.");
  }
  const result = await withDatabase(surroundings, options, ({ client, progress }) =>
    applyRetention(
      client,
      { trackingDays: keep, rejectedDays: rejected, keyDays: keys },
      {
        dryRun: !yes,
        onPart: ({ month }, index, total) =>
          progress.show(`removing ${month.slice(0, 7)} (${index + 1} of ${total})`),
      },
    ),
  );
  print(surroundings, json, { dryRun: !yes, ...result }, describe(result, options));
  return EXIT.ok;
}

function describe(
  { horizon, parts, rejectedEvents, eventKeys }: Retention,
  { rejected, keys, yes }: Options,
): string[] {
  const would = yes === true ? "" : "would be ";
  const lines = inColumns(
    parts.map(({ partition, month, rows, bytes }) => [
      partition === null
        ? `${month.slice(0, 7)} and later, without a partition`
        : month.slice(0, 7),
      counted(rows, "tracking row"),
      bytes === null ? "" : readableBytes(bytes),
    ]),
  );
  if (horizon !== null) {
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const bytes = parts.reduce((sum, part) => sum + (part.bytes ?? 0), 0);
    lines.push(
      `${counted(rows, "tracking row")} from before ${horizon} ${would}removed (${readableBytes(bytes)})`,
    );
  }
  if (rejected !== undefined) {
    lines.push(`${counted(rejectedEvents, "closed rejected event")} ${would}removed`);
  }
  if (keys !== undefined) lines.push(`${counted(eventKeys, "event key")} ${would}forgotten`);
  if (yes !== true) lines.push("Nothing was changed. Do it with --yes.");
  return lines;
}

function days(name: string): (text: string) => number {
  return (text) => {
    const [, digits] = /^(\d{1,5})d$/.exec(text) ?? [];
    const count = Number(digits);
    if (digits === undefined || count > MOST_DAYS) {
      throw new UsageError(`${name} ${text}: give a number of days, for example 400d.`);
    }
    return count;
  };
}
