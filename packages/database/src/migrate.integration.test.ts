import { METRICS } from "@tallyman/events";
import { expect } from "chai";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { ensurePartitions } from "./ensure-partitions.ts";
import { migrate } from "./migrate.ts";
import { migrationNames } from "./migrations.ts";

describe("the schema", () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  beforeEach(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 4 });
  });

  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  describe("migrate", () => {
    it("applies each migration once when many start at once on an empty database", async () => {
      await pool.query(
        "drop schema public cascade; drop schema tallyman cascade; create schema public",
      );
      const outcomes = await Promise.all(Array.from({ length: 12 }, () => migrate(database.url)));
      expect(outcomes.flatMap(({ applied }) => applied)).to.deep.equal(migrationNames());
    });

    it("has nothing to do the second time", async () => {
      expect(await migrate(database.url)).to.deep.equal({ applied: [], pendingRoleStatements: [] });
    });

    it("goes on after a run that died holding knex's lock", async () => {
      await pool.query("update tallyman.knex_migrations_lock set is_locked = 1");
      expect((await migrate(database.url)).applied).to.deep.equal([]);
    });

    it("refuses a schema that a newer version has made", async () => {
      await pool.query(
        "insert into tallyman.knex_migrations (name, batch, migration_time) values ('9999_later.sql', 9, now())",
      );
      const error = await migrate(database.url).then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(error?.message).to.contain("9999_later.sql").and.to.contain("a newer one");
    });

    it("gives everything to the owner role", async () => {
      const { rows } = await pool.query(
        "select distinct tableowner from pg_tables where schemaname in ('public', 'tallyman')",
      );
      expect(rows).to.deep.equal([{ tableowner: "tallyman_migrator" }]);
    });
  });

  it("knows the same metrics as the code", async () => {
    const { rows } = await pool.query<{ metrics: string[] }>(
      "select enum_range(null::tallyman.metric)::text[] as metrics",
    );
    expect(rows[0]?.metrics).to.deep.equal([...METRICS]);
  });

  it("has a comment on every table, column and function that people read", async () => {
    const { rows } = await pool.query(`
      select c.relname, a.attname from pg_class c
      join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
      left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind in ('r', 'p', 'v') and (obj_description(c.oid) is null or col_description(c.oid, a.attnum) is null)
      union all
      select p.proname, null from pg_proc p where p.pronamespace = 'public'::regnamespace and obj_description(p.oid, 'pg_proc') is null`);
    expect(rows).to.deep.equal([]);
  });

  describe("roles", () => {
    const forbidden: readonly [string, string, string][] = [
      ["tallyman_worker", "make tables", "create table public.mine (x int)"],
      ["tallyman_worker", "change tables", "alter table ledger add column x int"],
      ["tallyman_worker", "drop tables", "drop table ledger"],
      ["tallyman_worker", "delete tracking rows", "delete from tracking_events"],
      ["tallyman_worker", "change tracking rows", "update tracking_events set action = 'x'"],
      ["tallyman_worker", "empty tables", "truncate ledger"],
      [
        "tallyman_worker",
        "touch the list of migrations",
        "insert into tallyman.knex_migrations (name) values ('x')",
      ],
      ["tallyman_reader", "write rows", "insert into users (registry, username) values ('a', 'b')"],
      ["tallyman_reader", "change rows", "update ledger set received = 0"],
      ["tallyman_reader", "look into the private helpers", "select * from tallyman.event_keys"],
      [
        "tallyman_reader",
        "make partitions",
        "select tallyman.ensure_month_partition('2031-01-01')",
      ],
    ];
    const allowed: readonly [string, string, string][] = [
      [
        "tallyman_worker",
        "make partitions through the function",
        "select tallyman.ensure_month_partition('2031-01-01')",
      ],
      [
        "tallyman_worker",
        "insert repositories",
        "insert into container_repositories (registry, path) values ('a', 'b')",
      ],
      ["tallyman_worker", "enter the epoch", "select tallyman.enter_member_epoch()"],
      [
        "tallyman_reader",
        "read every public table",
        "select * from tracking_events, ledger, tag_stats",
      ],
      [
        "tallyman_reader",
        "ask for distinct users",
        "select distinct_users('any_read', '2026-01-01', '2026-02-01')",
      ],
    ];

    async function attempt(role: string, statement: string): Promise<string | undefined> {
      const client = await pool.connect();
      try {
        await client.query(`begin; set local role ${role}`);
        await client.query(statement);
        return undefined;
      } catch (error) {
        return (error as pg.DatabaseError).code;
      } finally {
        await client.query("rollback");
        client.release();
      }
    }

    for (const [role, deed, statement] of forbidden) {
      it(`do not let ${role} ${deed}`, async () => {
        expect(await attempt(role, statement)).to.equal("42501");
      });
    }
    for (const [role, deed, statement] of allowed) {
      it(`let ${role} ${deed}`, async () => {
        expect(await attempt(role, statement)).to.equal(undefined);
      });
    }
  });

  describe("partitions", () => {
    const insert = (at: string) =>
      pool.query(
        `insert into tracking_events (event_id, registry, occurred_at, received_at, timestamp_source, operation, target_kind, action, created_repository, repository)
         values ('1', 'a', $1, now(), 'event', 'pull', 'tag', 'pull_tag', false, 'r')`,
        [at],
      );
    const partitionsOfRows = async () => {
      const { rows } = await pool.query<{ name: string }>(
        "select tableoid::regclass::text as name from tracking_events order by occurred_at",
      );
      return rows.map(({ name }) => name);
    };

    it("are made for the last month, this one and the next three, also across a year's end, and only once", async () => {
      const now = new Date("2026-11-30T23:59:59Z");
      const made = await Promise.all([1, 2, 3].map(() => ensurePartitions(pool, now)));
      expect(made.reduce((sum, count) => sum + count)).to.equal(5);
      const { rows } = await pool.query<{ name: string }>(
        "select relname as name from pg_class where relname ~ '^tracking_events_[0-9]{4}_[0-9]{2}$' order by 1",
      );
      expect(rows.map(({ name }) => name.slice(-7))).to.deep.equal([
        "2026_10",
        "2026_11",
        "2026_12",
        "2027_01",
        "2027_02",
      ]);
    });

    it("leave no date without a place", async () => {
      for (const at of [
        "0001-01-02T00:00:00Z",
        "1999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59Z",
      ])
        await insert(at);
      expect(new Set(await partitionsOfRows())).to.deep.equal(
        new Set(["tallyman.tracking_events_other"]),
      );
    });

    it("take over the rows that came before them, and those alone", async () => {
      for (const at of [
        "2026-10-31T23:59:59.999999Z",
        "2026-11-01T00:00:00Z",
        "2026-11-30T23:59:59.999999Z",
        "2026-12-01T00:00:00Z",
      ]) {
        await insert(at);
      }
      await pool.query("select tallyman.ensure_month_partition('2026-11-15')");
      expect(await partitionsOfRows()).to.deep.equal([
        "tallyman.tracking_events_other",
        "tallyman.tracking_events_2026_11",
        "tallyman.tracking_events_2026_11",
        "tallyman.tracking_events_other",
      ]);
    });

    it("begin at midnight UTC, whatever the session's time zone", async () => {
      const client = await pool.connect();
      await client.query("set timezone to 'Pacific/Kiritimati'");
      await client.query("select tallyman.ensure_month_partition('2026-11-15')");
      client.release(true);
      await insert("2026-11-01T00:00:00Z");
      expect(await partitionsOfRows()).to.deep.equal(["tallyman.tracking_events_2026_11"]);
    });
  });
});
