import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Knex } from "knex";

/** The SQL files, at the top of the project. This file lies three levels below, in src and in dist alike. */
const DIRECTORY = fileURLToPath(new URL("../../../migrations/", import.meta.url));

/** Names of all migrations that this version knows, in order. */
export function migrationNames(): string[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith(".sql"))
    .toSorted();
}

/** Lets knex run the numbered SQL files. They are never undone: what is wrong is put right by the next one. */
export const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () => migrationNames(),
  getMigrationName: (name) => name,
  getMigration: async (name) => ({
    up: (knex: Knex) => knex.raw(readFileSync(DIRECTORY + name, "utf8").replaceAll("?", "\\?")),
    down: async () => {
      throw new Error("Migrations are not undone; restore a backup or write the next one.");
    },
  }),
};
