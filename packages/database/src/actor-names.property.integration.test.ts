import {
  actorNames,
  PLAIN_NAMES,
  readNotification,
  reject,
  textOf,
  type ActorNames,
  type Reading,
} from "@tallyman/events";
import { expect } from "chai";
import fc from "fast-check";
import pg from "pg";
import { deliveries, events, type Delivery } from "../../../test/support/arbitrary-events.ts";
import { clearTables, readTables } from "../../../test/support/read-tables.ts";
import type { Row, Tables } from "../../../test/support/reference-model.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { openConnection } from "./open-connection.ts";
import { sumActorDays } from "./actor-days/sum-actor-days.ts";
import { createPool } from "./pool.ts";
import { PostgresTrackingStore } from "./postgres-tracking-store.ts";
import { replayRejected } from "./replay-rejected.ts";
import { verifyRollups } from "./rollups/verify-rollups.ts";

/** Runs of each property; more by the environment when a night is to be spent on it. */
const RUNS = Number(process.env["TALLYMAN_PROPERTY_RUNS"] ?? 15);

const PSEUDONYMS = actorNames("pseudonym", "a key of pseudonyms, long enough.");

describe("counting without names", function () {
  this.timeout(600_000);
  let database: TestDatabase;
  let admin: pg.Pool;
  let client: pg.Client;

  before(async () => {
    database = await createTestDatabase();
    admin = new pg.Pool({ connectionString: database.url, max: 1 });
    client = await openConnection(database.url, "property-names");
  });

  after(async () => {
    await client.end();
    await admin.end();
    await database.drop();
  });

  /** What is in the tables after an older version has rejected some of the deliveries and all of that was replayed. */
  const count = async (
    sent: readonly Delivery[],
    isOlder: (index: number) => boolean,
    names: ActorNames,
  ): Promise<Tables> => {
    await clearTables(admin);
    const pool = createPool({
      url: database.url,
      max: 1,
      applicationName: "property-names",
      onError: (error) => {
        throw error;
      },
    });
    const store = new PostgresTrackingStore(pool, "open", names);
    try {
      for (const [index, { registry, events: list }] of sent.entries()) {
        const readings = readNotification({
          registry,
          receivedAt: "2026-11-21T10:00:00.000Z",
          body: JSON.stringify({ events: list }),
        });
        await store.record(isOlder(index) ? readings.map(asOlderVersion) : readings);
      }
    } finally {
      await store.close();
    }
    await sumActorDays(client, "2026-03-01");
    await replayRejected(
      client,
      { filter: {} },
      { directory: "open", names, dryRun: false, onReplayed: () => undefined },
    );
    return await readTables(admin);
  };

  it("gives the same tables with pseudonyms in the place of the names, rejected and replayed events included", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries(events(true)), fc.func(fc.boolean()), async (sent, isOlder) => {
        const plain = await count(sent, isOlder, PLAIN_NAMES);
        const pseudonymous = await count(sent, isOlder, PSEUDONYMS);
        expect(pseudonymous).to.deep.equal(withPseudonyms(plain));
        const verdicts = await verifyRollups(client, { show: 1 });
        expect(verdicts.filter(({ differences }) => differences > 0)).to.deep.equal([]);
      }),
      { numRuns: RUNS },
    );
  });

  it("counts the same events when no names are wanted, and nobody as a user", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries(events(true)), fc.func(fc.boolean()), async (sent, isOlder) => {
        const plain = await count(sent, isOlder, PLAIN_NAMES);
        const nameless = await count(sent, isOlder, actorNames("off"));
        for (const table of [
          "users",
          "distinct_user_rollups",
          "repository_actors",
          "actor_daily",
        ]) {
          expect(nameless[table]).to.deep.equal([]);
        }
        for (const table of [
          "container_repositories",
          "ledger",
          "event_rollups",
          "repository_daily",
          "repository_monthly",
          "repository_stats",
          "tag_stats",
        ]) {
          expect(nameless[table]).to.deep.equal(plain[table]);
        }
        expect(nameless["tracking_events"]).to.deep.equal(
          sorted(plain["tracking_events"]?.map((row) => row.with(14, null).with(16, null))),
        );
      }),
      { numRuns: RUNS },
    );
  });
});

/** An event as a version set it aside that did not know any action yet. */
function asOlderVersion(reading: Reading): Reading {
  if (reading.kind === "rejected") return reading;
  const fault = { reason: "action_unknown", detail: "This version knows no action." } as const;
  return reject(reading, fault, reading.eventId, textOf(reading.origin));
}

/** The tables of plain names as they should look with pseudonyms. */
function withPseudonyms(tables: Tables): Tables {
  const pseudonym = (registry: string | null | undefined, name: string | null | undefined) =>
    name ? PSEUDONYMS.nameOf(registry ?? "", name) : null;
  const user = (key: string | null | undefined) => {
    const [registry, name] = key?.split("/") ?? [];
    return name === undefined ? null : `${registry}/${pseudonym(registry, name)}`;
  };
  const rows: Readonly<Record<string, (row: Row) => Row>> = {
    users: ([key]) => [user(key)],
    tracking_events: (row) => row.with(14, pseudonym(row[0], row[14])).with(16, user(row[16])),
    actor_daily: (row) => row.with(1, pseudonym(row[0], row[1])),
    repository_actors: (row) => row.with(2, pseudonym(row[0], row[2])),
    rejected_events: (row) =>
      row.with(
        4,
        (row[4] ?? "").replace(
          /("actor":\{"name":")([^"]+)/,
          (_, start, name) => `${start}${pseudonym(row[0], name)}`,
        ),
      ),
  };
  return Object.fromEntries(
    Object.entries(tables).map(([table, list]) => {
      const row = rows[table];
      return [table, row === undefined ? list : sorted(list.map(row))];
    }),
  );
}

function sorted(rows: readonly Row[] = []): Row[] {
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
