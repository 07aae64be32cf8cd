import { migrateQueue } from "@tallyman/queue";
import { expect } from "chai";
import pg from "pg";
import { eventually } from "../support/eventually.ts";
import { fixtureTexts } from "../support/fixture.ts";
import { startApp, stopApps, type AppProcess } from "../support/processes.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";

const SECRET = "planted-secret-of-the-harbour";
const KEY = "planted-key-of-pseudonyms-long-enough";
const ADDRESS = "203.0.113.77";
const TOKEN = "eyJwbGFudGVk.eyJ1c2VyIjoicGxhbnRlZCJ9.planted";
const NAME = "zoe.planted";

/** Bodies of every known sender, and what becomes rejected, all with the same client, person and token in them. */
function bodies(): string[] {
  const known = fixtureTexts().map((text) =>
    text
      .replaceAll(/192\.0\.2\.\d+|198\.51\.100\.(?:9|10)\b/g, ADDRESS)
      .replaceAll(/("actor": \{[^}]*?"name": ")[^"]+/g, `$1${NAME}`)
      .replaceAll(/eyJ[^"]+/g, TOKEN),
  );
  const event = (fields: object): object => ({
    action: "push",
    target: { repository: "shipyard/hull", tag: "v1" },
    request: { addr: `${ADDRESS}:50000`, method: "PUT" },
    actor: { name: NAME, user: TOKEN, addr: ADDRESS },
    ...fields,
  });
  const rejected = [
    event({ action: "fly" }),
    event({ id: "no-target", target: null }),
    event({ actor: { name: NAME.repeat(30) } }),
    event({ actor: { name: [NAME] }, request: { ADDR: [ADDRESS] } }),
    event({ action: "fly", actor: NAME, request: ADDRESS }),
  ];
  return [
    ...known,
    JSON.stringify({ events: rejected }, null, 2),
    JSON.stringify({ events: event({}) }),
    JSON.stringify({ shape: [{ deep: event({}) }] }),
  ];
}

/** Every table of the database, the queue's and the private ones included, in which a text is to be found. */
async function tablesWith(client: pg.Client, text: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select format('%I.%I', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
    where relkind in ('r', 'm') and nspname not in ('pg_catalog', 'information_schema') order by 1`);
  const found: string[] = [];
  for (const { name } of rows) {
    const { rowCount } = await client.query(
      `select from ${name} as every where strpos(every::text, $1) > 0 limit 1`,
      [text],
    );
    if (rowCount === 1) found.push(name);
  }
  return found;
}

describe("What is kept of people", function () {
  this.timeout(60_000);

  for (const mode of ["plain", "pseudonym", "off"]) {
    describe(`with ACTOR_NAMES=${mode}`, () => {
      let database: TestDatabase;
      let client: pg.Client;
      let apps: AppProcess[];

      before(async () => {
        database = await createTestDatabase();
        await migrateQueue({ url: database.url });
        client = new pg.Client({ connectionString: database.url });
        await client.connect();
        const queue = { QUEUE_URL: database.url };
        const names = { ACTOR_NAMES: mode, ACTOR_NAMES_KEY: KEY };
        apps = await Promise.all([
          startApp("ingest", { ...queue, NOTIFICATION_SECRETS: `harbour=${SECRET}` }),
          startApp("worker", { ...queue, DATABASE_URL: database.url, ...names }),
        ]);
        let accepted = 0;
        for (const body of bodies()) {
          const answer = await fetch(`${apps[0]?.url}/notifications`, {
            method: "POST",
            headers: { authorization: `Bearer ${SECRET}` },
            body,
          });
          expect(answer.status).to.equal(200);
          accepted += ((await answer.json()) as { accepted: number }).accepted;
        }
        await eventually("everything is counted", async () => {
          const { rows } = await client.query<{
            received: number;
            tracked: number;
            rejected: number;
          }>(
            "select sum(received)::int as received, sum(tracked)::int as tracked, sum(rejected)::int as rejected from ledger",
          );
          const [ledger] = rows;
          if (ledger?.received !== accepted) return false;
          expect(ledger.tracked).to.be.greaterThan(30);
          expect(ledger.rejected).to.be.at.least(7);
          return true;
        });
      });
      after(async () => {
        await stopApps();
        await client.end();
        await database.drop();
      });

      it("has no client's address, signed user, secret or key anywhere in the database", async () => {
        for (const text of [ADDRESS, TOKEN, SECRET, KEY]) {
          await eventually(`nothing is left of ${text}`, async () => {
            const tables = await tablesWith(client, text);
            // A job leaves the queue a moment after its COMMIT.
            if (tables.every((table) => table.startsWith("bullmq."))) return tables.length === 0;
            throw new Error(`${text} is in ${tables.join(", ")}`);
          });
        }
      });

      it(
        mode === "plain"
          ? "has names where the page says"
          : "has no name of a person anywhere in the database",
        async () => {
          const tables = await tablesWith(client, NAME);
          const kept = ["public.rejected_events", "public.repository_actors", "public.users"];
          if (mode === "plain") expect(tables).to.include.members(kept);
          const elsewhere = tables.filter(
            (table) =>
              mode !== "plain" ||
              !(kept.includes(table) || /^tallyman\.(tracking_events|actor_days)/.test(table)),
          );
          expect(elsewhere).to.deep.equal([]);
          const { rows } = await client.query<{ users: number }>(
            "select count(*)::int as users from users",
          );
          expect(rows).to.deep.equal([{ users: mode === "off" ? 0 : 1 }]);
        },
      );

      it("has neither names nor addresses in logs and metrics", async () => {
        for (const app of apps) {
          const text = `${JSON.stringify(await app.logs())}${await (await fetch(`${app.opsUrl}/metrics`)).text()}`;
          expect(text).to.include("tallyman_");
          for (const secret of [ADDRESS, TOKEN, SECRET, KEY, NAME])
            expect(text).to.not.include(secret);
        }
      });
    });
  }
});
