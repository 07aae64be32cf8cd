/**
 * Writes docs/sql.md: the tables, columns, functions and roles as a migrated database describes them, and the questions
 * of docs/questions with their answers for a few example events. `--check` writes nothing and fails when the file is not
 * what it should be. Runs on a Postgres of its own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { format } from "oxfmt";
import pg from "pg";
import {
  connectAtExampleNow,
  EXAMPLE_NOW,
  loadExampleEvents,
} from "../test/docs/example-events.ts";
import { writeFromDatabase } from "./local/write-from-database.ts";

export const DICTIONARY = new URL("../docs/sql.md", import.meta.url);
const QUESTIONS = new URL("../docs/questions/", import.meta.url);

/** The order in which a newcomer meets the tables; those that are not here follow. */
const TABLES = [
  "tracking_events",
  "event_rollups",
  "repository_daily",
  "repository_monthly",
  "distinct_user_rollups",
  "repository_stats",
  "tag_stats",
  "repository_actors",
  "actor_daily",
  "container_repositories",
  "users",
  "ledger",
  "rejected_events",
  "pipeline_receipts",
  "pipeline_queue",
  "daily_activity",
  "weekly_active_users",
  "monthly_active_users",
  "repository_growth",
  "stale_tags",
  "top_pullers",
  "registry_summary",
  "ledger_balance",
  "rejected_by_reason",
];

const ROLES: Readonly<Record<string, string>> = {
  tallyman_migrator: "Owns everything; `migrate` acts as it.",
  tallyman_worker: "Counts. Makes, changes and drops no tables.",
  tallyman_reader: "Reads: analysts, dashboards, the api.",
};

const PRIVILEGES = ["select", "insert", "update", "delete"] as const;

export interface Question {
  readonly title: string;
  readonly sql: string;
}

/** The questions of docs/questions; the first line of each file asks it. */
export function questions(): Question[] {
  return readdirSync(QUESTIONS)
    .filter((name) => name.endsWith(".sql"))
    .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => {
      const [first = "", ...rest] = readFileSync(new URL(name, QUESTIONS), "utf8").split("\n");
      return { title: first.replace(/^-- /, ""), sql: rest.join("\n").trimEnd() };
    });
}

/** The text of docs/sql.md. The database must be migrated and empty. */
export async function renderDictionary(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await readTables(client);
    const parts = [
      INTRODUCTION,
      ...tables.map(renderTable),
      await renderFunctions(client),
      await renderRoles(client, tables),
      await renderQuestions(url),
    ];
    return (await format("sql.md", `${parts.join("\n\n")}\n`, { printWidth: 100 })).code;
  } finally {
    await client.end();
  }
}

const INTRODUCTION = `# The database, for people who ask in SQL

Made by scripts/dictionary.ts from the comments in the database; do not edit. Everything here lies in the schema
\`public\` and keeps its name. Days, weeks (from Monday, ISO) and months are UTC. Bytes, sums and counts are exact.
[Worked questions](#questions) are at the end.`;

interface Table {
  readonly name: string;
  readonly comment: string | null;
  readonly isView: boolean;
  readonly keys: string[];
  readonly columns: { name: string; type: string; nullable: boolean; comment: string | null }[];
}

/** The tables and views of the schema public, in the order in which a newcomer meets them. */
export async function readTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `
    select c.relname as name, obj_description(c.oid, 'pg_class') as comment, c.relkind = 'v' as "isView",
      (select json_agg(json_build_object(
          'name', a.attname,
          'type', replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz'),
          'nullable', not a.attnotnull,
          'comment', col_description(c.oid, a.attnum)) order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      array(select (case when i.indisprimary then 'Primary key' else 'Unique' end) || ': ' || (
          select string_agg(pg_get_indexdef(i.indexrelid, n, true), ', ' order by n)
          from generate_series(1, i.indnkeyatts) as n)
        from pg_index i where i.indrelid = c.oid and i.indisunique
        order by i.indisprimary desc, i.indexrelid) as keys
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
    order by array_position($1::text[], c.relname::text), c.relname`,
    [TABLES],
  );
  return rows;
}

function renderTable({ name, comment, isView, keys, columns }: Table): string {
  const rows = columns.map((column) => [
    `\`${column.name}\``,
    column.type + (column.nullable || isView ? "" : " not null"),
    column.comment ?? "",
  ]);
  const notes = [isView ? "A view." : "", comment ?? "", ...keys.map((key) => `${key}.`)]
    .join(" ")
    .trim();
  return `## ${name}\n\n${notes}\n\n${markdownTable(["Column", "Type", "Meaning"], rows)}`;
}

async function renderFunctions(client: pg.Client): Promise<string> {
  const { rows } = await client.query<Record<"signature" | "comment", string>>(`
    select format('%s(%s) → %s', proname, pg_get_function_arguments(oid), pg_get_function_result(oid)) as signature,
      coalesce(obj_description(oid, 'pg_proc'), '') as comment
    from pg_proc where pronamespace = 'public'::regnamespace order by 1`);
  const functions = rows.map(({ signature, comment }) => `\`${signature}\`\n\n${comment}`);
  return ["## Functions", ...functions].join("\n\n");
}

async function renderRoles(client: pg.Client, tables: readonly Table[]): Promise<string> {
  const rows: string[][] = [];
  for (const [role, purpose] of Object.entries(ROLES)) {
    const cells: string[] = [];
    for (const privilege of PRIVILEGES) {
      const { rows: allowed } = await client.query<{ name: string }>(
        "select name from unnest($1::text[]) as name where has_table_privilege($2, format('public.%I', name), $3)",
        [tables.map(({ name }) => name), role, privilege],
      );
      cells.push(
        coverage(
          allowed.map(({ name }) => name),
          tables,
        ),
      );
    }
    rows.push([`\`${role}\``, purpose, ...cells]);
  }
  return `## Roles

Group roles without a login; make logins members of them (docs/operations.md).

${markdownTable(["Role", "For", ...PRIVILEGES], rows)}`;
}

function coverage(allowed: readonly string[], tables: readonly Table[]): string {
  if (allowed.length === 0) return "none";
  const missing = tables.map(({ name }) => name).filter((name) => !allowed.includes(name));
  return missing.length === 0 ? "all" : `all but ${missing.join(", ")}`;
}

async function renderQuestions(url: string): Promise<string> {
  await loadExampleEvents(url);
  const client = await connectAtExampleNow(url, "UTC");
  try {
    const sections = [];
    for (const { title, sql } of questions()) {
      const answer = alignedText(await ask(client, sql));
      sections.push(`### ${title}`, fenced("sql", sql), fenced("text", answer));
    }
    return `## Questions

Each is a file in docs/questions; its answer is the one for docs/questions/events.jsonl, asked on ${EXAMPLE_NOW}.

${sections.join("\n\n")}`;
  } finally {
    await client.end();
  }
}

/** A statement's header and rows, as Postgres writes them. */
export async function ask(client: pg.Client, sql: string): Promise<string[][]> {
  const asText = { getTypeParser: () => (value: unknown) => value };
  const query = { text: sql, rowMode: "array" as const, types: asText };
  const { fields, rows } = await client.query<(string | null)[]>(query);
  return [fields.map(({ name }) => name), ...rows.map((row) => row.map((cell) => cell ?? ""))];
}

function alignedText(rows: readonly string[][]): string {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widthOf(column)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll(/[|<]/g, "\\$&")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await writeFromDatabase(
    { file: DICTIONARY, render: renderDictionary, command: "npm run docs:sql" },
    process.argv.slice(2),
  );
}
