import {
  readNotification,
  reject,
  textOf,
  type Notification,
  type Reading,
} from "@tallyman/events";
import { expect } from "chai";
import fc from "fast-check";
import pg from "pg";
import { deliveries, events } from "../../../test/support/arbitrary-events.ts";
import { clearTables, readTables } from "../../../test/support/read-tables.ts";
import { ReferenceModel } from "../../../test/support/reference-model.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { openConnection } from "./open-connection.ts";
import { createPool } from "./pool.ts";
import { PostgresTrackingStore } from "./postgres-tracking-store.ts";
import { replayRejected } from "./replay-rejected.ts";
import type { Replayed } from "./replayed.ts";
import { verifyRollups } from "./rollups/verify-rollups.ts";

/** Runs of each property; more by the environment when a night is to be spent on it. */
const RUNS = Number(process.env["TALLYMAN_PROPERTY_RUNS"] ?? 40);
const PEOPLE = 3;

describe("replaying rejected events, against the reference model", function () {
  this.timeout(600_000);
  let database: TestDatabase;
  let admin: pg.Pool;
  let people: readonly pg.Client[];
  let store: PostgresTrackingStore;

  before(async () => {
    database = await createTestDatabase();
    admin = new pg.Pool({ connectionString: database.url, max: 1 });
    people = await Promise.all(
      Array.from({ length: PEOPLE }, () => openConnection(database.url, "property-replay")),
    );
    const onError = (error: Error): never => {
      throw error;
    };
    store = new PostgresTrackingStore(
      createPool({ url: database.url, max: 1, applicationName: "property-replay", onError }),
      "open",
    );
  });

  after(async () => {
    await store.close();
    for (const client of people) await client.end();
    await admin.end();
    await database.drop();
  });

  it("ends as if the events had been understood at once, whoever replays at the same time, while a worker counts", async () => {
    await fc.assert(
      fc.asyncProperty(
        deliveries(events(false)),
        fc.infiniteStream(fc.constantFrom("older", "before", "meanwhile")),
        fc.boolean(),
        async (sent, versions, byIds) => {
          await clearTables(admin);
          const notifications = sent.map(({ registry, events: list }) => ({
            version: versions.next().value as string,
            registry,
            receivedAt: "2026-11-21T10:00:00.000Z",
            body: JSON.stringify({ events: list }),
          }));
          const of = (version: string): readonly Notification[] =>
            notifications.filter((notification) => notification.version === version);
          for (const notification of of("older")) {
            await store.record(readNotification(notification).map(asOlderVersion));
          }
          for (const notification of of("before"))
            await store.record(readNotification(notification));
          const { rows } = await admin.query<{ id: string }>("select id from rejected_events");
          const ids = rows.map(({ id }) => Number(id));
          const replayed: Replayed[] = [];
          await Promise.all([
            ...people.map((client) =>
              replayRejected(client, byIds ? { ids } : { filter: {} }, {
                directory: "open",
                dryRun: false,
                onReplayed: (result) => replayed.push(result),
              }),
            ),
            (async () => {
              for (const notification of of("meanwhile")) {
                await store.record(readNotification(notification));
              }
            })(),
          ]);

          const model = new ReferenceModel("open", await creationsOf(admin));
          for (const notification of notifications) model.receive(notification);
          const tables = await readTables(admin);
          // Replayed rows stay as a record of what happened.
          expect({ ...tables, rejected_events: await openRejections(admin) }).to.deep.equal(
            model.tables(),
          );
          expect(
            (await verifyRollups(people[0] as pg.Client, { show: 1 })).filter(
              ({ differences }) => differences > 0,
            ),
          ).to.deep.equal([]);
          const counted = replayed.filter(({ outcome }) => outcome === "replayed");
          expect(new Set(counted.map(({ id }) => id)).size).to.equal(counted.length);
        },
      ),
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

async function openRejections(pool: pg.Pool): Promise<(string | null)[][]> {
  const { rows } = await pool.query<(string | null)[]>({
    text: "select registry, reason, detail, event_id, payload from rejected_events where replayed_at is null",
    rowMode: "array",
  });
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function creationsOf(pool: pg.Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ key: string }>(
    "select registry || '/' || event_id as key from tracking_events where created_repository",
  );
  return new Set(rows.map(({ key }) => key));
}
