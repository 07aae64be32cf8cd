import { readFileSync } from "node:fs";
import { expect } from "chai";
import pg from "pg";
import { ask, DICTIONARY, questions, renderDictionary } from "../../scripts/dictionary.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { connectAtExampleNow, loadExampleEvents } from "./example-events.ts";

describe("docs/sql.md", () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeEach(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  it("is what the database and the questions say; npm run docs:sql writes it anew", async () => {
    expect(readFileSync(DICTIONARY, "utf8")).to.equal(await renderDictionary(database.url));
  });

  it("finds a comment on every table, column and function that analysts see", async () => {
    const { rows } = await client.query<{ name: string }>(`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
        and obj_description(oid, 'pg_class') is null
      union all
      select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
        and a.attnum > 0 and not a.attisdropped and col_description(c.oid, a.attnum) is null
      union all
      select proname || '()' from pg_proc
      where pronamespace = 'public'::regnamespace and obj_description(oid, 'pg_proc') is null`);
    expect(rows).to.deep.equal([]);
  });
});

describe("The questions of docs/sql.md", () => {
  let database: TestDatabase;
  let here: pg.Client;
  let elsewhere: pg.Client;

  before(async () => {
    database = await createTestDatabase();
    await loadExampleEvents(database.url);
    here = await connectAtExampleNow(database.url, "UTC");
    elsewhere = await connectAtExampleNow(database.url, "Pacific/Kiritimati");
    for (const client of [here, elsewhere]) await client.query("set role tallyman_reader");
  });
  after(async () => {
    await here.end();
    await elsewhere.end();
    await database.drop();
  });

  for (const { title, sql } of questions()) {
    it(`«${title}» has the same answer for a reader anywhere in the world`, async () => {
      const [header, ...rows] = await ask(here, sql);
      expect(header).to.not.include("?column?");
      expect(rows).to.not.deep.equal([]);
      const answers = await Promise.all([here, elsewhere].map((client) => client.query(sql)));
      expect(answers[1]?.rows).to.deep.equal(answers[0]?.rows);
    });
  }
});
