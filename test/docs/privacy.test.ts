import { readFileSync } from "node:fs";
import { readNotification, type Reading } from "@tallyman/events";
import { expect } from "chai";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";

const PAGE = readFileSync(new URL("../../docs/privacy.md", import.meta.url), "utf8");
const [CLEANING = "", FORGETTING = ""] = Array.from(
  PAGE.matchAll(/```sql\n(.*?)```/gs),
  ([, sql = ""]) => sql,
);

const EVENT = {
  action: "fly",
  target: { repository: "team/app", tag: 'a "quoted" addr: "tag"' },
  request: { id: "1", addr: "192.0.2.7:40000", useragent: 'curl \\"user": "x"' },
  actor: { name: "Mira", user_type: "build", user: 'eyJ.\\"quoted".x' },
};

/** What this version would keep of a rejected event. */
function keptOf(event: string): string {
  const receivedAt = "2026-11-21T10:00:00.000Z";
  const [reading] = readNotification({
    registry: "alpha",
    receivedAt,
    body: `{"events":[${event}]}`,
  });
  const { reason, payload } = reading as Extract<Reading, { kind: "rejected" }>;
  expect(reason).to.equal("action_unknown");
  return payload;
}

describe("docs/privacy.md", () => {
  let database: TestDatabase;
  let client: pg.Client;

  before(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it("empties in rejected events of old versions what is not kept today, and nothing else", async () => {
    const indents = [0, 2];
    const texts = indents.map((indent) => JSON.stringify(EVENT, null, indent));
    for (const text of texts) {
      await client.query(
        "insert into rejected_events (registry, received_at, reason, detail, payload) values ('alpha', now(), 'action_unknown', '', $1)",
        [text],
      );
    }
    await client.query("set role tallyman_worker");
    await client.query(CLEANING);
    await client.query("reset role");
    const { rows } = await client.query<{ payload: string }>(
      "select payload from rejected_events order by id",
    );
    const kept: unknown = JSON.parse(keptOf(JSON.stringify(EVENT)));
    expect(rows.map(({ payload }) => payload)).to.deep.equal(
      indents.map((indent) => JSON.stringify(kept, null, indent)),
    );
    expect((await client.query(CLEANING)).rowCount).to.equal(0);
  });

  it("lets the owner forget the key of the pseudonyms", async () => {
    await client.query("insert into tallyman.actor_names_key (fingerprint) values ('x')");
    await client.query("set role tallyman_migrator");
    expect((await client.query(FORGETTING)).rowCount).to.equal(1);
    await client.query("reset role");
  });
});
