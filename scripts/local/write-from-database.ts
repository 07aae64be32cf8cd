import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate } from "@tallyman/database";
import { startPostgresCluster } from "../../test/support/postgres-cluster.ts";
import { queryOnce } from "./query-once.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A file that is made from what a migrated database says. */
export interface DatabaseDocument {
  readonly file: URL;
  /** Its whole text. */
  readonly render: (databaseUrl: string) => Promise<string>;
  /** What writes it, for people. */
  readonly command: string;
}

/**
 * Writes a document from a new database on a Postgres of its own. With `--check` it writes nothing, and sets the exit
 * code to 1 when the file is not what it should be.
 */
export async function writeFromDatabase(
  { file, render, command }: DatabaseDocument,
  args: readonly string[],
): Promise<void> {
  const cluster = await startPostgresCluster();
  try {
    const name = `tallyman_document_${process.pid}`;
    await queryOnce(cluster.url, `create database ${name}`);
    const url = new URL(cluster.url);
    url.pathname = `/${name}`;
    try {
      await migrate(url.href);
      const text = await render(url.href);
      if (!args.includes("--check")) {
        mkdirSync(new URL(".", file), { recursive: true });
        writeFileSync(file, text);
      } else if (text !== readFileSync(file, "utf8")) {
        console.error(`${relative(ROOT, fileURLToPath(file))} is out of date. Run: ${command}`);
        process.exitCode = 1;
      }
    } finally {
      await queryOnce(cluster.url, `drop database ${name} with (force)`);
    }
  } finally {
    await cluster.stop();
  }
}
