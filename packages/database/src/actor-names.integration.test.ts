import { actorNames } from "@tallyman/events";
import { expect } from "chai";
import { countingForTests } from "../../../test/support/counting.ts";
import type { PostgresTrackingStore } from "./postgres-tracking-store.ts";
import { replayRejected } from "./replay-rejected.ts";

const PSEUDONYMS = actorNames("pseudonym", "a key of pseudonyms, long enough.");
const MIRA = PSEUDONYMS.nameOf("alpha", "mira");

describe("PostgresTrackingStore with pseudonyms", () => {
  const counting = countingForTests();
  const { send, open, one } = counting;
  let store: PostgresTrackingStore;

  const push = (fields: object = {}): object => ({
    id: "1",
    timestamp: "2026-11-20T12:00:00Z",
    action: "push",
    target: { repository: "a", tag: "v1" },
    request: { addr: "192.0.2.7:40000" },
    actor: { name: "Mira" },
    ...fields,
  });

  afterEach(() => store.close());

  it("records no name, and finds imported pseudonyms in a closed directory", async () => {
    store = open("closed", PSEUDONYMS);
    await counting.admin.query("insert into users (registry, username) values ('alpha', $1)", [
      MIRA,
    ]);
    await send([push(), push({ id: "2", actor: { name: "tom" } })], "alpha", store);
    expect(
      await one(
        "select count(user_id)::int as users, count(distinct actor_name)::int as actors from tracking_events",
      ),
    ).to.deep.equal({ users: 1, actors: 2 });
    expect(
      await one(
        "select distinct_users from distinct_user_rollups where metric = 'push_tag' and period = 'day'",
      ),
    ).to.deep.equal({ distinct_users: "1" });
  });

  it("keeps neither name nor address in the text of an event that the database refuses", async () => {
    store = open("open", PSEUDONYMS);
    await counting.admin.query("alter table tag_stats add constraint test check (tag <> 'v1')");
    try {
      await send([push()], "alpha", store);
    } finally {
      await counting.admin.query("alter table tag_stats drop constraint test");
    }
    expect(await one("select reason, payload from rejected_events")).to.deep.equal({
      reason: "refused_by_database",
      payload: JSON.stringify(push({ request: { addr: "" }, actor: { name: MIRA } })),
    });
  });

  it("recognises an event without an id that was replayed when the registry sends it once more, although its address is gone", async () => {
    store = open("open", PSEUDONYMS);
    const event = push({ id: undefined });
    await counting.admin.query("alter table tag_stats add constraint test check (tag <> 'v1')");
    try {
      await send([event], "alpha", store);
    } finally {
      await counting.admin.query("alter table tag_stats drop constraint test");
    }
    const client = await counting.admin.connect();
    try {
      await replayRejected(
        client,
        { filter: {} },
        { directory: "open", names: PSEUDONYMS, dryRun: false, onReplayed: () => undefined },
      );
    } finally {
      client.release();
    }
    await send([event], "alpha", store);
    expect(
      await one("select received::int, tracked::int, duplicates::int, rejected::int from ledger"),
    ).to.deep.equal({ received: 2, tracked: 1, duplicates: 1, rejected: 0 });
    expect(await one("select actor_name from tracking_events")).to.deep.equal({ actor_name: MIRA });
  });

  it("gives names that were kept in plain before their pseudonym when they are replayed", async () => {
    store = open("open");
    await send([push({ action: "fly" })], "alpha", store);
    await counting.admin.query(
      `update rejected_events set payload = replace(payload, '"fly"', '"push"')`,
    );
    const client = await counting.admin.connect();
    try {
      await replayRejected(
        client,
        { filter: {} },
        { directory: "open", names: PSEUDONYMS, dryRun: false, onReplayed: () => undefined },
      );
    } finally {
      client.release();
    }
    expect(await one("select username from users")).to.deep.equal({ username: MIRA });
  });
});
