import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { loadExampleEvents } from "./example-events.ts";

const PAGE = readFileSync(new URL("../../docs/analysts.md", import.meta.url), "utf8");

/** The statements of the page, by the block in which they stand. */
const [ANN = "", WALLBOARD = "", DBT = "", WINDOWS = ""] = Array.from(
  PAGE.matchAll(/```sql\n(.*?)```/gs),
  ([, sql = ""]) => sql,
);

/** SQLSTATE insufficient_privilege and read_only_sql_transaction. */
const FORBIDDEN = "42501";
const READ_ONLY = "25006";

describe("docs/analysts.md", () => {
  // Roles are those of the whole server.
  const suffix = randomBytes(4).toString("hex");
  const login = (name: string): string => `${name}_${suffix}`;
  const password = randomBytes(8).toString("hex");
  let database: TestDatabase;
  let admin: pg.Client;
  const clients: pg.Client[] = [];

  before(async () => {
    database = await createTestDatabase();
    await loadExampleEvents(database.url);
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    for (const sql of [ANN, WALLBOARD, DBT]) {
      await admin.query(
        sql
          .replaceAll(/\b(ann|wallboard|tallyman_dbt)\b/g, (name) => login(name))
          .replaceAll("change me", password),
      );
    }
  });

  afterEach(() => Promise.all(clients.splice(0).map((client) => client.end())));

  after(async () => {
    for (const name of ["ann", "wallboard", "tallyman_dbt"]) {
      await admin.query(`drop owned by ${login(name)} cascade; drop role ${login(name)}`);
    }
    await admin.end();
    await database.drop();
  });

  async function connectAs(name: string): Promise<pg.Client> {
    const url = new URL(database.url);
    url.username = login(name);
    url.password = password;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    clients.push(client);
    return client;
  }

  /** What Postgres says against it; undefined when it does it. */
  async function refusal(client: pg.Client, sql: string): Promise<string | undefined> {
    await client.query("begin");
    const code = await client.query(sql).then(
      () => undefined,
      (error: pg.DatabaseError) => error.code,
    );
    await client.query("rollback");
    return code;
  }

  async function tables(kind = "rpvm", schema = "public"): Promise<string[]> {
    const { rows } = await admin.query<{ name: string }>(
      `select format('%I.%I', nspname, relname) as name
       from pg_class c join pg_namespace n on n.oid = relnamespace
       where nspname = $2 and strpos($1, relkind::text) > 0 order by 1`,
      [kind, schema],
    );
    return rows.map(({ name }) => name);
  }

  it("makes a login that reads every table and view, and finds events in them", async () => {
    const ann = await connectAs("ann");
    const names = await tables();
    expect(names.length).to.be.above(20);
    for (const name of names) await ann.query(`select * from ${name} limit 1`);
    const { rowCount } = await ann.query("select from tracking_events");
    expect(rowCount).to.be.above(0);
  });

  it("makes a login that is in UTC, cannot write by mistake, and gives up after a minute", async () => {
    const ann = await connectAs("ann");
    const { rows } = await ann.query<Record<string, string>>(
      "select current_setting('timezone') as zone, current_setting('statement_timeout') as timeout",
    );
    expect(rows).to.deep.equal([{ zone: "UTC", timeout: "1min" }]);
    expect(await refusal(ann, "create temp table mine (x int)")).to.equal(READ_ONLY);
  });

  it("makes a login that can write nothing even when it switches the fence off", async () => {
    const ann = await connectAs("ann");
    await ann.query("set default_transaction_read_only = off");
    const changes = (name: string): string[] => [
      `insert into ${name} default values`,
      `delete from ${name}`,
      `truncate ${name}`,
      `drop table ${name}`,
    ];
    for (const name of await tables("rp")) {
      for (const sql of changes(name)) expect(await refusal(ann, sql), sql).to.equal(FORBIDDEN);
    }
    const { rows } = await admin.query<{ name: string; column: string }>(
      `select format('public.%I', table_name) as name, format('%I', min(column_name)) as column
       from information_schema.columns where table_schema = 'public' and is_updatable = 'YES' and is_identity = 'NO' group by table_name`,
    );
    expect(rows.length).to.be.above(10);
    for (const { name, column } of rows) {
      const sql = `update ${name} set ${column} = null`;
      expect(await refusal(ann, sql), sql).to.equal(FORBIDDEN);
    }
    for (const sql of [
      "create table public.mine (x int)",
      "create schema mine",
      "alter table ledger add column x int",
      "create index on ledger (received)",
      "set role tallyman_worker",
      "select tallyman.ensure_month_partition('2031-01-01')",
    ]) {
      expect(await refusal(ann, sql), sql).to.equal(FORBIDDEN);
    }
  });

  it("makes a login that sees nothing of the private tables", async () => {
    const ann = await connectAs("ann");
    const names = await tables("rp", "tallyman");
    expect(names.length).to.be.above(5);
    for (const name of names) {
      expect(await refusal(ann, `select from ${name} limit 1`), name).to.equal(FORBIDDEN);
    }
  });

  it("makes a login for wallboards that sees numbers and nowhere a person", async () => {
    const wallboard = await connectAs("wallboard");
    const seen: string[] = [];
    for (const name of await tables()) {
      const code = await refusal(wallboard, `select * from ${name} limit 1`);
      if (code === undefined) seen.push(name);
      else expect(code).to.equal(FORBIDDEN);
    }
    expect(seen).to.have.length(17);
    const { rows } = await admin.query<{ actor: string }>(
      "select distinct lower(actor_name) as actor from tracking_events where actor_name is not null",
    );
    expect(rows.length).to.be.above(2);
    for (const name of seen) {
      const { rows: found } = await wallboard.query(
        `select t from ${name} t where exists (
           select from jsonb_each_text(to_jsonb(t)) where lower(value) = any($1))`,
        [rows.map(({ actor }) => actor)],
      );
      expect(found, name).to.deep.equal([]);
    }
  });

  it("makes a login for dbt that builds in a schema of its own and nowhere else", async () => {
    const dbt = await connectAs("tallyman_dbt");
    const model =
      "as select day, action, sum(events) from public.event_rollups group by day, action";
    expect(await refusal(dbt, `create table analytics.activity ${model}`)).to.equal(undefined);
    expect(await refusal(dbt, `create view analytics.activity ${model}`)).to.equal(undefined);
    expect(await refusal(dbt, `create table public.activity ${model}`)).to.equal(FORBIDDEN);
  });

  it("shows exact windows that a reader can ask for", async () => {
    const ann = await connectAs("ann");
    for (const sql of WINDOWS.split(";").filter((text) => text.trim() !== "")) {
      const { rows } = await ann.query<Record<string, string>>(sql);
      expect(Object.values(rows[0] ?? {})[0], sql).to.match(/^\d+$/);
    }
  });

  it("leads to every table and view", async () => {
    for (const name of await tables()) {
      expect(PAGE, name).to.contain(`\`${name.replace("public.", "")}\``);
    }
  });
});
