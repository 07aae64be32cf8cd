import { expect } from "chai";
import { EVERYTHING, SampleApi } from "./test-support/sample-api.ts";

describe("GET /api/v1/distinct-users", () => {
  const api = new SampleApi();

  const readers = (query: string) => api.get(`distinct-users?metric=any_read&${query}`);

  it("counts each user once, up to the day before to, and says the window", async () => {
    expect(await readers("from=2026-01-01&to=2026-01-04")).to.deep.equal({
      metric: "any_read",
      registry: null,
      from: "2026-01-01",
      to: "2026-01-04",
      distinct_users: 1,
    });
    const { distinct_users } = await readers("from=2026-01-01&to=2026-01-05");
    expect(distinct_users).to.equal(2);
  });

  it("adds registries up unless one is named", async () => {
    expect((await readers(EVERYTHING))["distinct_users"]).to.equal(4);
    expect((await readers(`${EVERYTHING}&registry=dock`))["distinct_users"]).to.equal(3);
  });

  it("takes the last 28 days when no window is given", async () => {
    const { from, to, distinct_users } = await readers("");
    expect([from, to]).to.deep.equal(["2026-01-08", "2026-02-05"]);
    expect(distinct_users).to.equal(2);
  });

  it("knows every metric that the database knows", async () => {
    const metrics = await api.sql("select unnest(enum_range(null::tallyman.metric)) as metric");
    for (const { metric } of metrics) {
      const { distinct_users } = await api.get(
        `distinct-users?metric=${String(metric)}&${EVERYTHING}`,
      );
      const expected = await api.sql(
        `select distinct_users('${String(metric)}', '2025-12-01', '2026-03-01')`,
      );
      expect([{ distinct_users }]).to.deep.equal(expected);
    }
  });
});
