import { expect } from "chai";
import { SampleApi } from "../test-support/sample-api.ts";

describe("GET /api/v1/rejected-events", () => {
  const api = new SampleApi();

  before(() =>
    api.execute(`
      insert into rejected_events (registry, received_at, reason, detail, event_id, payload, replayed_at, discarded_at)
      values ('dock', '2026-02-01Z', 'repository_missing', 'd', 'x', '{"a":1}', null, null),
        ('dock', '2026-02-02Z', 'repository_missing', 'd', null, '{"a":2}', '2026-02-03Z', null),
        ('dock', '2026-02-03 23:59:59Z', 'repository_missing', 'd', null, '', null, '2026-02-04Z')`),
  );

  const idsOf = async (query: string) =>
    (await api.getAll(`rejected-events?${query}`, "rejected_events")).map(({ id }) => ({ id }));

  for (const [asked, where] of [
    ["", "true"],
    ["registry=quay", "registry = 'quay'"],
    ["reason=repository_missing", "reason = 'repository_missing'"],
    ["state=waiting", "replayed_at is null and discarded_at is null"],
    ["state=replayed", "replayed_at is not null"],
    ["state=discarded", "discarded_at is not null"],
    ["state=rejected", "replayed_at is null"],
    [
      "from=2026-02-02&to=2026-02-04",
      "received_at >= '2026-02-02Z' and received_at < '2026-02-04Z'",
    ],
  ] as const) {
    it(`shows those of ${asked || "everything"}, newest first, on pages of any size`, async () => {
      const expected = await api.sql(
        `select id from rejected_events where ${where} order by id desc`,
      );
      expect(expected).to.not.deep.equal([]);
      for (const limit of [1, 2, 1000]) {
        expect(await idsOf(`${asked}&limit=${limit}`)).to.deep.equal(expected);
      }
    });
  }

  it("shows one with its payload, which lists leave out", async () => {
    const [first] = (await api.get("rejected-events"))["rejected_events"] as { id: number }[];
    const one = await api.get(`rejected-events/${first?.id}`);
    const { payload, ...row } = one;
    expect(row).to.deep.equal(first);
    expect(
      await api.sql(`select payload from rejected_events where id = ${first?.id}`),
    ).to.deep.equal([{ payload }]);
    expect((await api.ask("rejected-events/999999")).status).to.equal(404);
    expect((await api.ask("rejected-events/one")).status).to.equal(400);
  });

  it("counts them by reason and state", async () => {
    const { reasons } = await api.get("rejected-events/reasons");
    expect(reasons).to.deep.equal([
      {
        registry: "dock",
        reason: "repository_missing",
        events: 3,
        waiting: 1,
        replayed: 1,
        discarded: 1,
        first_received_at: "2026-02-01T00:00:00.000000Z",
        last_received_at: "2026-02-03T23:59:59.000000Z",
      },
      {
        registry: "quay",
        reason: "action_unknown",
        events: 1,
        waiting: 1,
        replayed: 0,
        discarded: 0,
        first_received_at: "2026-02-04T12:00:00.000000Z",
        last_received_at: "2026-02-04T12:00:00.000000Z",
      },
    ]);
  });
});
