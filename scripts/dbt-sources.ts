/**
 * Writes docs/dbt/sources.yml: the tables and views as sources of dbt, described by the comments in the database.
 * `--check` writes nothing and fails when the file is not what it should be. Runs on a Postgres of its own.
 */
import { pathToFileURL } from "node:url";
import { format } from "oxfmt";
import pg from "pg";
import { stringify } from "yaml";
import { readTables } from "./dictionary.ts";
import { writeFromDatabase } from "./local/write-from-database.ts";

export const DBT_SOURCES = new URL("../docs/dbt/sources.yml", import.meta.url);

const HEADER = `# Tallyman's tables and views as sources of dbt 1.10 and newer, made by scripts/dbt-sources.ts from the comments in the
# database. Copy it into the models of your project; docs/analysts.md says which login and profile it needs.

`;

/** How old the newest row may be, by table. */
const FRESHNESS: Readonly<Record<string, unknown>> = {
  // Whether anything comes at all. A registry that rests over the weekend needs more.
  tracking_events: {
    loaded_at_field: "received_at",
    freshness: {
      warn_after: { count: 1, period: "day" },
      error_after: { count: 3, period: "day" },
      // The partitions go by occurred_at; without it the whole history would be read.
      filter: "occurred_at >= now() - interval '7 days'",
    },
  },
  // Whether workers run: they write it every few seconds, also when nothing comes.
  pipeline_queue: {
    loaded_at_field: "told_at",
    freshness: {
      warn_after: { count: 5, period: "minute" },
      error_after: { count: 30, period: "minute" },
    },
  },
};

/** The text of docs/dbt/sources.yml. The database must be migrated. */
export async function renderDbtSources(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = (await readTables(client)).map(({ name, comment, columns }) => ({
      name,
      description: comment,
      ...(name in FRESHNESS ? { config: FRESHNESS[name] } : {}),
      columns: columns.map((column) => ({
        name: column.name,
        description: column.comment,
        data_type: column.type,
      })),
    }));
    const source = {
      name: "tallyman",
      description: "What comes and goes at container registries, counted exactly. Days are UTC.",
      schema: "public",
      tables,
    };
    const text = HEADER + stringify({ version: 2, sources: [source] }, { lineWidth: 0 });
    return (await format("sources.yml", text, { printWidth: 100 })).code;
  } finally {
    await client.end();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await writeFromDatabase(
    { file: DBT_SOURCES, render: renderDbtSources, command: "npm run docs:dbt" },
    process.argv.slice(2),
  );
}
