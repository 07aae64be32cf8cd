/** `npm run sql -- "select …"`: asks the database of `npm start` (or DATABASE_URL) and prints the rows as a table. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { rememberedSettings } from "./local/remembered-settings.ts";

const DIRECTORY = join(fileURLToPath(new URL("..", import.meta.url)), ".tallyman");

const question = process.argv.slice(2).join(" ");
const url = process.env["DATABASE_URL"] || (await rememberedSettings(DIRECTORY))["DATABASE_URL"];
if (question === "" || url === undefined) {
  console.error(
    question === ""
      ? 'Give a question: npm run sql -- "select * from ledger"'
      : "There is no database: run npm start in another terminal, or set DATABASE_URL.",
  );
  process.exit(2);
}

// Dates, times and big numbers as Postgres writes them.
const client = new pg.Client({
  connectionString: url,
  options: "-c default_transaction_read_only=on -c TimeZone=UTC -c DateStyle=ISO,YMD",
  types: { getTypeParser: () => (text: string) => text },
});
try {
  await client.connect();
  const { rows } = await client.query(question);
  if (rows.length === 0) console.log("(no rows)");
  else console.table(rows);
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  console.error(
    code === "ECONNREFUSED" ? "The database does not answer: is npm start running?" : message,
  );
  process.exitCode = 1;
} finally {
  await client.end();
}
