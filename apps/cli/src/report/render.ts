import type { RepositoryMeasure } from "@tallyman/database";
import { readableBytes } from "../readable-bytes.ts";
import { counted, inColumns } from "../surroundings.ts";
import type { Summary } from "./summary.ts";
import type { Place, Subject } from "./top.ts";

/** A titled table; numbers stand to the right. */
interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** What is said when there is no row. */
  readonly empty: string;
}

/** A whole number with its thousands divided. */
function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

/** The places of a ranking as a table. */
export function placesTable(
  subject: Subject,
  places: readonly Place[],
  by: RepositoryMeasure,
): Section {
  const name = { repositories: "repository", tags: "tag", users: "user", registries: "registry" };
  return {
    title: `Top ${subject}`,
    head: [name[subject], "pulls", "pushes", "bytes", "events"],
    rows: places.map((place) => [
      nameOf(place),
      place.pulls,
      place.pushes,
      readableBytes(place.bytes),
      place.events,
    ]),
    empty: `No ${by} in this window.`,
  };
}

/** `harbour/team/app:1.0`, `harbour/mira` or `harbour`. */
function nameOf({ registry, repository, tag, user }: Place): string {
  const parts = [registry, repository ?? user].filter((part) => part !== undefined);
  return `${parts.join("/")}${tag === undefined ? "" : `:${tag}`}`;
}

function sectionsOf(summary: Summary): Section[] {
  const { actions, periods, topRepositories, ledger, rejected, by } = summary;
  return [
    {
      title: "Events by action",
      head: ["action", "events", "bytes"],
      rows: actions.map(({ action, events, bytes }) => [action, events, readableBytes(bytes)]),
      empty: "Nothing happened.",
    },
    {
      title: by === "day" ? "Users by day" : `Users by ${by}, whole ${by}s of this window only`,
      head: [by, "events", "reading", "writing"],
      rows: periods.map(({ start, events, reading, writing }) => [start, events, reading, writing]),
      empty: `No whole ${by} lies in this window.`,
    },
    { ...placesTable("repositories", topRepositories, "pulls"), title: "Most pulled repositories" },
    {
      title: "Ledger, by day of receipt",
      head: ["received", "tracked", "duplicates", "rejected", "balances"],
      rows: [
        [
          ledger.received,
          ledger.tracked,
          ledger.duplicates,
          ledger.rejected,
          ledger.balances ? "yes" : "NO",
        ],
      ],
      empty: "",
    },
    {
      title: "Rejected, by reason",
      head: ["reason", "events"],
      rows: rejected.map(({ reason, events }) => [reason, events]),
      empty: "None.",
    },
  ];
}

function titleOf({ from, to, registry }: Summary): string {
  const last = new Date(Date.parse(`${to}T00:00:00Z`) - 1).toISOString().slice(0, 10);
  return `Tallyman, ${from} to ${last}${registry === null ? "" : `, registry ${registry}`}`;
}

function overview({ users, repositories, tags }: Summary): string[] {
  return [
    `Users: ${grouped(users.reading)} reading, ${grouped(users.writing)} writing`,
    `Repositories: ${grouped(repositories.created)} created, ${grouped(repositories.deleted)} deleted`,
    `Tags: ${grouped(tags.pushed)} new, ${counted(tags.deleted, "deletion")}`,
  ];
}

/** A summary as text for a terminal. */
export function asText(summary: Summary): string[] {
  return [
    titleOf(summary),
    "",
    ...overview(summary),
    ...sectionsOf(summary).flatMap((section) => ["", section.title, ...tableText(section)]),
  ];
}

/** A table in columns; the first one is text, the others stand to the right. */
export function tableText({ head, rows, empty }: Section): string[] {
  if (rows.length === 0) return [`  ${empty}`];
  const cells = [head.map((name) => name.toUpperCase()), ...rows.map(cellsOf)];
  const widths = head.map((_name, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const aligned = cells.map((row) =>
    row.map((cell, column) => (column === 0 ? cell : cell.padStart(widths[column] ?? 0))),
  );
  return inColumns(aligned).map((line) => `  ${line}`);
}

/** A summary as Markdown, for a message or a page. */
export function asMarkdown(summary: Summary): string[] {
  return [
    `# ${titleOf(summary)}`,
    "",
    ...overview(summary).map((line) => `- ${line}`),
    ...sectionsOf(summary).flatMap((section) => [
      "",
      `## ${section.title}`,
      "",
      ...tableMarkdown(section),
    ]),
  ];
}

function tableMarkdown({ head, rows, empty }: Section): string[] {
  if (rows.length === 0) return [empty];
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  return [
    line(head),
    line(head.map((_name, column) => (column === 0 ? "---" : "---:"))),
    ...rows.map((row) => line(cellsOf(row))),
  ];
}

function cellsOf(row: readonly (string | number)[]): string[] {
  return row.map((cell) => (typeof cell === "number" ? grouped(cell) : cell));
}

/** What a sender wrote may not change the table, nor become a tag of HTML. */
function escaped(text: string): string {
  return text.replaceAll(/[\\|`*_[\]<>]/g, String.raw`\$&`);
}
