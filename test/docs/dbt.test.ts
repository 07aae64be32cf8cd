import { readFileSync } from "node:fs";
import { expect } from "chai";
import pg from "pg";
import { parse } from "yaml";
import { DBT_SOURCES, renderDbtSources } from "../../scripts/dbt-sources.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";

interface Described {
  readonly name: string;
  readonly description: string;
}
interface Table extends Described {
  readonly columns: readonly Described[];
  readonly config?: { loaded_at_field: string; freshness: { filter?: string } };
}

describe("docs/dbt/sources.yml", () => {
  const text = readFileSync(DBT_SOURCES, "utf8");
  const { sources } = parse(text) as { sources: { schema: string; tables: Table[] }[] };
  const tables = sources[0]?.tables ?? [];
  let database: TestDatabase;
  let client: pg.Client;

  before(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("set role tallyman_reader");
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it("is what the database says; npm run docs:dbt writes it anew", async () => {
    expect(text).to.equal(await renderDbtSources(database.url));
  });

  it("names and describes every table, view and column that a reader sees", async () => {
    const { rows } = await client.query<{ name: string }>(
      "select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public'",
    );
    const named = tables.flatMap((table) =>
      table.columns.map((column) => {
        expect(table.description, table.name).to.be.a("string");
        expect(column.description, `${table.name}.${column.name}`).to.be.a("string");
        return `${table.name}.${column.name}`;
      }),
    );
    expect(named.toSorted()).to.deep.equal(rows.map(({ name }) => name).toSorted());
  });

  it("asks for freshness in words that the database understands", async () => {
    const fresh = tables.filter(({ config }) => config !== undefined);
    expect(fresh.map(({ name }) => name)).to.deep.equal(["tracking_events", "pipeline_queue"]);
    for (const { name, config } of fresh) {
      // As dbt asks it.
      const filter = config?.freshness.filter;
      const { rows } = await client.query<{ age: string | null }>(
        `select current_timestamp - max(${config?.loaded_at_field}) as age from ${name}
         ${filter === undefined ? "" : `where ${filter}`}`,
      );
      expect(rows).to.deep.equal([{ age: null }]);
    }
  });

  it("has no text that dbt would take for a template", () => {
    expect(text).not.to.match(/\{[{%#]/);
  });
});
