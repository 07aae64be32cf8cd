import { expect } from "chai";
import { EVERYTHING, SampleApi } from "../test-support/sample-api.ts";

/** Within a day, over ends of months and of the year, whole months, and months with ragged ends. */
const WINDOWS = [
  ["2026-01-05", "2026-01-06"],
  ["2025-12-31", "2026-01-02"],
  ["2026-01-01", "2026-02-01"],
  ["2025-12-15", "2026-02-03"],
  ["2026-01-04", "2026-01-20"],
] as const;

describe("GET /api/v1/distinct-users", () => {
  const api = new SampleApi();

  const readers = (query: string) => api.get(`distinct-users?metric=any_read&${query}`);

  it("counts each user once, up to the day before to, and says the window", async () => {
    expect(await readers("from=2026-01-01&to=2026-01-04")).to.deep.equal({
      metrics: ["any_read"],
      registry: null,
      from: "2026-01-01",
      to: "2026-01-04",
      distinct_users: 1,
      period: null,
      periods: null,
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

  it("counts a union exactly: who did two of its things is one user", async () => {
    for (const [metrics, actions] of [
      ["push_tag,pull_tag", "'push_tag', 'pull_tag'"],
      ["push_tag,push_tag", "'push_tag'"],
      ["pull_tag&metric=delete_tag", "'pull_tag', 'delete_tag'"],
    ]) {
      for (const [from, to] of WINDOWS) {
        const window = `from=${from}&to=${to}`;
        const { distinct_users } = await api.get(`distinct-users?metric=${metrics}&${window}`);
        const expected = await api.sql(`
          select count(distinct user_id) as distinct_users from tracking_events
          where action in (${actions}) and occurred_at >= '${from}Z' and occurred_at < '${to}Z'`);
        expect([{ distinct_users }], `${metrics} ${window}`).to.deep.equal(expected);
      }
    }
  });

  for (const period of ["day", "week", "month"]) {
    it(`shows the series per ${period} beside the number of the whole`, async () => {
      const { distinct_users, periods } = await readers(`period=${period}&${EVERYTHING}`);
      expect(distinct_users).to.equal(4);
      const expected = await api.sql(`
        select date_trunc('${period}', occurred_at at time zone 'UTC')::date as period_start,
          count(distinct user_id) as distinct_users
        from tracking_events where action in ('pull_tag', 'pull_manifest') and user_id is not null
        group by 1 order by 1`);
      expect(periods).to.deep.equal(expected);
    });
  }

  it("has no series of a union", async () => {
    const { status, body } = await api.ask("distinct-users?metric=push_tag,pull_tag&period=day");
    expect(status).to.equal(400);
    expect(body["detail"]).to.equal("period: takes one metric; a union of several has no series");
  });
});
