import { expect } from "chai";
import { SampleApi } from "../test-support/sample-api.ts";
import { RECEIVED, SENT } from "../test-support/sample-traffic.ts";

describe("GET /api/v1/ledger", () => {
  const api = new SampleApi();

  it("shows the last 28 days as the table has them, and totals that balance", async () => {
    expect(await api.get("ledger")).to.deep.equal({
      registry: null,
      from: "2026-01-08",
      to: "2026-02-05",
      totals: SENT,
      days: await api.sql("select * from ledger order by day, registry"),
    });
  });

  it("shows one registry, from its first day up to the one before to", async () => {
    const days = await api.sql("select * from ledger where registry = 'quay'");
    const during = await api.get(`ledger?registry=quay&from=${RECEIVED.quay}&to=2026-02-05`);
    expect(during["days"]).to.deep.equal(days);
    expect(during["totals"]).to.deep.equal({ received: 4, tracked: 3, duplicates: 0, rejected: 1 });
    const before = await api.get(`ledger?registry=quay&to=${RECEIVED.quay}`);
    expect(before["days"]).to.deep.equal([]);
    expect(before["totals"]).to.deep.equal({ received: 0, tracked: 0, duplicates: 0, rejected: 0 });
  });

  it("refuses a window that would not end", async () => {
    const { status, body } = await api.ask("ledger?from=1990-01-01");
    expect(status).to.equal(400);
    expect(body["detail"]).to.match(/^from: must be at most 3660 days before 2026-02-05/);
  });
});
