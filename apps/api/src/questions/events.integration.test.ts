import { ACTIONS, OPERATIONS } from "@tallyman/events";
import { expect } from "chai";
import { EVERYTHING, SampleApi, time } from "../test-support/sample-api.ts";

const EVENTS = `
  select ${time("occurred_at")}, registry, event_id, ${time("received_at")}, timestamp_source, operation,
    target_kind, action, created_repository, repository, tag, digest, media_type, size_bytes, actor_name,
    actor_type, user_id, user_agent, request_id, source_instance
  from tracking_events`;

const NEWEST_FIRST = "order by tracking_events.occurred_at desc, registry desc, event_id desc";

/** What is asked and the same as SQL. */
const FILTERS: Readonly<Record<string, string>> = {
  "": "true",
  "registry=quay": "registry = 'quay'",
  "registry=silo": "false",
  "repository=team/web": "repository = 'team/web'",
  "registry=dock&repository=team/web": "registry = 'dock' and repository = 'team/web'",
  "repository=team/web&tag=v1": "repository = 'team/web' and tag = 'v1'",
  "tag=v1": "tag = 'v1'",
  "tag=nowhere": "false",
  "tag=v1&operation=pull": "tag = 'v1' and operation = 'pull'",
  "tag=v1&users=true&counts_as=pulls":
    "tag = 'v1' and user_id is not null and operation = 'pull' and target_kind in ('tag', 'manifest')",
  "registry=quay&repository=team/web&tag=v1":
    "registry = 'quay' and repository = 'team/web' and tag = 'v1'",
  "registry=dock&repository=team/web&tag=v1&action=pull_tag":
    "registry = 'dock' and repository = 'team/web' and tag = 'v1' and action = 'pull_tag'",
  "registry=dock&repository=team/web&operation=push":
    "registry = 'dock' and repository = 'team/web' and operation = 'push'",
  "actor=ANN": "lower(actor_name) = 'ann'",
  "actor=ann&action=pull_tag": "lower(actor_name) = 'ann' and action = 'pull_tag'",
  "actor=ann&registry=dock&repository=team/web&operation=push":
    "lower(actor_name) = 'ann' and registry = 'dock' and repository = 'team/web' and operation = 'push'",
  "actor=bob&registry=dock": "lower(actor_name) = 'bob' and registry = 'dock'",
  "repository=team/web&action=pull_tag": "repository = 'team/web' and action = 'pull_tag'",
  "metric=create_repository&users=true": "created_repository and user_id is not null",
  "metric=create_repository&action=push_tag": "created_repository and action = 'push_tag'",
  "action=push_tag&operation=pull": "false",
  "metric=any_read": "action in ('pull_tag', 'pull_manifest')",
  "metric=any_write&users=true":
    "user_id is not null and action in ('push_tag', 'delete_tag', 'push_repository', 'create_repository', 'delete_repository')",
  "metric=create_repository": "created_repository",
  "metric=create_repository&registry=dock&repository=team/api":
    "created_repository and registry = 'dock' and repository = 'team/api'",
  "metric=push_blob": "action = 'push_blob'",
  "users=true": "user_id is not null",
  "counts_as=pulls": "operation = 'pull' and target_kind in ('tag', 'manifest')",
  "counts_as=pushes": "operation = 'push' and target_kind in ('tag', 'manifest')",
  "counts_as=pushes&registry=dock&repository=team/web":
    "operation = 'push' and target_kind in ('tag', 'manifest') and registry = 'dock' and repository = 'team/web'",
  "received_from=2026-02-04": "received_at >= '2026-02-04Z'",
  "received_to=2026-02-04&action=push_tag": "received_at < '2026-02-04Z' and action = 'push_tag'",
  "received_from=2026-02-03&received_to=2026-02-04&tag=v1":
    "received_at >= '2026-02-03Z' and received_at < '2026-02-04Z' and tag = 'v1'",
  "registry=quay&received_to=2026-02-04": "false",
  ...Object.fromEntries(ACTIONS.map((action) => [`action=${action}`, `action = '${action}'`])),
  ...Object.fromEntries(
    OPERATIONS.map((operation) => [`operation=${operation}`, `operation = '${operation}'`]),
  ),
};

/** Rows are looked for in the way that suits how many there are, as the rollups say. Whatever these say, all are found. */
const ROLLUPS: Readonly<Record<string, readonly string[]>> = {
  "few events": [],
  "much else on every day": [
    "insert into event_rollups select registry, day, 'something_else', 1000000, 0, 0 from event_rollups group by 1, 2",
  ],
  "many events of every kind": [
    "update event_rollups set events = events + 1000000",
    "update repository_daily set events = events + 1000000",
    "update ledger set received = received + 1000000, tracked = tracked + 1000000",
  ],
};

for (const [described, statements] of Object.entries(ROLLUPS)) {
  describe(`GET /api/v1/events where rollups tell of ${described}`, () => {
    const api = new SampleApi();
    before(async () => {
      for (const statement of statements) await api.execute(statement);
    });

    for (const [asked, where] of Object.entries(FILTERS)) {
      it(`shows every row of ${asked || "everything"} once, newest first, on pages of any size`, async () => {
        const expected = await api.sql(`${EVENTS} where ${where} ${NEWEST_FIRST}`);
        for (const limit of [1, 2, 1000]) {
          const question = `events?${asked}&${EVERYTHING}&limit=${limit}`;
          expect(await api.getAll(question, "events"), question).to.deep.equal(expected);
        }
      });
    }
  });
}

describe("GET /api/v1/events", () => {
  const api = new SampleApi();

  it("begins and ends at any time", async () => {
    const times = async (window: string) =>
      (await api.getAll(`events?${window}`, "events")).map(({ occurred_at }) => occurred_at);
    expect(
      await times("from=2026-01-05T00:00:00.123457Z&to=2026-01-05T02:00:01%2B01:00"),
    ).to.deep.equal(["2026-01-05T01:00:00.000000Z"]);
    expect(await times("from=2026-01-05&to=2026-01-05T00:00:01Z")).to.deep.equal([
      "2026-01-05T00:00:00.123456Z",
    ]);
    expect(await times("action=pull_tag&to=2026-01-21")).to.have.length(5);
  });

  it("takes the last 28 days when no window is given", async () => {
    expect(await api.getAll("events", "events")).to.deep.equal(
      await api.sql(`${EVENTS} where occurred_at >= '2026-01-08Z' ${NEWEST_FIRST}`),
    );
  });

  it("refuses times that it cannot read and windows that hold nothing", async () => {
    for (const [window, detail] of [
      ["from=yesterday", /^from: must be a date like/],
      ["from=2026-01-01T00:00:00", /^from: must be a date like/],
      ["from=0001-01-01T00:00:00Z", /^from: must be a date like/],
      ["from=2026-01-05T01:00:00Z&to=2026-01-05", /^to: must be later than from/],
      ["from=2026-03-01", /^from: must be before 2026-02-05/],
    ] as const) {
      const { status, body } = await api.ask(`events?${window}`);
      expect(status, window).to.equal(400);
      expect(body["detail"]).to.match(detail);
    }
  });
});
