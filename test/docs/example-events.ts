import { readFileSync } from "node:fs";
import { createPool, PostgresTrackingStore } from "@tallyman/database";
import { readNotification } from "@tallyman/events";
import pg from "pg";

const EVENTS = new URL("../../docs/questions/events.jsonl", import.meta.url);

/** The time at which the documentation asks its questions: a Wednesday. */
export const EXAMPLE_NOW = "2026-04-15 12:00:00+00";

/** Counts the documentation's example events, each of which arrives alone and at once. */
export async function loadExampleEvents(url: string): Promise<void> {
  const readings = readFileSync(EVENTS, "utf8")
    .trimEnd()
    .split("\n")
    .flatMap((event) => {
      const { timestamp } = JSON.parse(event) as { timestamp: string };
      const receivedAt = new Date(timestamp).toISOString();
      return readNotification({ registry: "main", receivedAt, body: `{"events":[${event}]}` });
    });
  const pool = createPool({
    url,
    max: 1,
    applicationName: "tallyman-example",
    onError: () => undefined,
  });
  const store = new PostgresTrackingStore(pool, "open");
  try {
    await store.record(readings);
  } finally {
    await store.close();
  }
}

/** A session in which it is EXAMPLE_NOW: its now() comes before Postgres' own. */
export async function connectAtExampleNow(url: string, timeZone: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create schema if not exists example_clock;
    grant usage on schema example_clock to public;
    create or replace function example_clock.now() returns timestamptz language sql stable
      as $$ select timestamptz '${EXAMPLE_NOW}' $$;
    set search_path = example_clock, pg_catalog, public;
    set timezone = '${timeZone}';
  `);
  return client;
}
