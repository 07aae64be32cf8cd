import type { Writable } from "node:stream";
import { Option, type Command } from "commander";
import type pg from "pg";
import { addCommonOptions } from "./common-options.ts";
import { exportQuery, type Wanted } from "./export/export-query.ts";
import { rowStream } from "./export/row-stream.ts";
import { columnsOf } from "./export/table-columns.ts";
import { toWritable } from "./export/to-writable.ts";
import { csvValue, writeCsv } from "./export/write-csv.ts";
import { parquetColumns, parquetValue, writeParquet } from "./export/write-parquet.ts";
import { ProgressBar } from "./progress-bar.ts";
import { parseLabel, parseSince } from "./selection.ts";
import { counted, EXIT, print, UsageError, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";
import { writeWhole } from "./write-whole.ts";

type Format = "csv" | "parquet";

interface Options extends CommonOptions, Wanted {
  readonly output?: string;
  readonly format?: Format;
}

/** How often the progress is shown, in rows. */
const PROGRESS_ROWS = 1_000;

/** Adds `tallyman export`. */
export function addExport(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  addCommonOptions(program.command("export"))
    .description(
      "Write a table or view to a file or to stdout, as CSV or Parquet. All of it is of one moment, however long it takes; the memory that it needs does not grow with it.",
    )
    .argument("<table>", "a table or view of docs/sql.md, for example tracking_events")
    .option("--output <file>", "write here, all or nothing; default stdout")
    .addOption(
      new Option("--format <format>", "default: what the file's name ends with, or csv").choices([
        "csv",
        "parquet",
      ]),
    )
    .option("--registry <label>", "only rows of this registry", parseLabel)
    .option(
      "--from <time>",
      "only rows from this day or time on (UTC), or 30m, 12h, 7d ago",
      (text) => parseSince(text, Date.now(), "--from"),
    )
    .option("--to <time>", "only rows before this day or time", (text) =>
      parseSince(text, Date.now(), "--to"),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ tallyman export tracking_events --from 2026-11-01 --to 2026-12-01 --output november.parquet\n  $ tallyman export tag_stats --registry harbour | gzip > tags.csv.gz",
    )
    .action(async (table, options) => report(await exportTable(surroundings, table, options)));
}

async function exportTable(
  surroundings: Surroundings,
  table: string,
  options: Options,
): Promise<number> {
  const { json = false, output } = options;
  if (json && output === undefined) {
    throw new UsageError("--json needs --output: without it the rows are on stdout.");
  }
  const format = options.format ?? (output?.endsWith(".parquet") === true ? "parquet" : "csv");
  const bar = new ProgressBar(surroundings);
  let rows = 0;
  const count = (): void => {
    rows++;
    if (rows % PROGRESS_ROWS === 0) {
      bar.update(rows, `${counted(rows, "row")}, ${Math.round(rows / bar.seconds)}/s`);
    }
  };
  try {
    await withDatabase(surroundings, options, async ({ client }) => {
      const write = await prepare(client, table, format, options, count);
      await (output === undefined
        ? write(toWritable(surroundings.stdout))
        : writeWhole(output, write));
    });
  } finally {
    bar.end();
  }
  if (output !== undefined) {
    print(surroundings, json, { table, format, output, rows }, [
      `${counted(rows, "row")} of ${table} written to ${output}`,
    ]);
  }
  return EXIT.ok;
}

/** Looks at the table, so that whatever is wrong shows before a file is begun. */
async function prepare(
  client: pg.Client,
  table: string,
  format: Format,
  wanted: Wanted,
  count: () => void,
): Promise<(output: Writable) => Promise<void>> {
  // One snapshot for the rows and for what is found out about them before.
  await client.query("begin isolation level repeatable read read only");
  const columns = await columnsOf(client, table);
  async function* counting(
    rows: AsyncIterable<readonly (string | null)[]>,
  ): AsyncGenerator<readonly (string | null)[]> {
    for await (const row of rows) {
      count();
      yield row;
    }
  }
  if (format === "csv") {
    const query = exportQuery(client, table, columns, wanted, csvValue);
    return (output) => writeCsv(counting(rowStream(client, query)), columns, output);
  }
  const formatted = await parquetColumns(client, table, columns);
  const formats = new Map(formatted.map((column) => [column.name, column]));
  const query = exportQuery(client, table, columns, wanted, (column, name) => {
    const found = formats.get(column.name);
    return found === undefined ? name : parquetValue(found, name);
  });
  return (output) => writeParquet(counting(rowStream(client, query)), formatted, output);
}
