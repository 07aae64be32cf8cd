import { expect } from "chai";
import { EVERYTHING, SampleApi } from "../test-support/sample-api.ts";

interface PeriodActivity {
  readonly period_start: string;
  readonly actions: Readonly<Record<string, object>>;
  readonly distinct_users: Readonly<Record<string, number>>;
}

describe("GET /api/v1/activity", () => {
  const api = new SampleApi();

  const periodsOf = async (query: string) =>
    (await api.get(`activity?${query}`))["periods"] as PeriodActivity[];

  for (const period of ["day", "week", "month"]) {
    for (const registry of ["", "dock"]) {
      const whose = registry === "" ? "true" : `registry = '${registry}'`;

      it(`counts the events per ${period} of ${registry || "all registries"}`, async () => {
        const periods = await periodsOf(`period=${period}&registry=${registry}&${EVERYTHING}`);
        const events = periods.flatMap(({ period_start, actions }) =>
          Object.entries(actions).map(([action, counts]) => ({ period_start, action, ...counts })),
        );
        expect(events).to.deep.equal(
          await api.sql(`
            select date_trunc('${period}', occurred_at at time zone 'UTC')::date as period_start, action,
              count(*) as events,
              coalesce(sum(size_bytes) filter (where operation in ('push', 'pull')), 0) as bytes,
              count(*) filter (where created_repository) as repositories_created
            from tracking_events where ${whose} group by 1, 2 order by 1, 2`),
        );
      });

      it(`counts the users per ${period} of ${registry || "all registries"}`, async () => {
        const periods = await periodsOf(`period=${period}&registry=${registry}&${EVERYTHING}`);
        const users = periods.flatMap(({ period_start, distinct_users }) =>
          Object.entries(distinct_users).map(([metric, sum]) => ({ period_start, metric, sum })),
        );
        expect(users).to.deep.equal(
          await api.sql(`
            select period_start, metric, sum(distinct_users) from distinct_user_rollups
            where period = '${period}' and ${whose} group by 1, 2 order by 1, 2`),
        );
      });
    }
  }

  it("answers in whole periods and says which", async () => {
    const { from, to } = await api.get("activity?period=week&from=2026-01-07&to=2026-01-08");
    expect([from, to]).to.deep.equal(["2026-01-05", "2026-01-12"]);
    const [only, ...others] = await periodsOf("period=week&from=2026-01-07&to=2026-01-08");
    expect(only?.period_start).to.equal("2026-01-05");
    expect(others).to.deep.equal([]);
  });

  it("shows a trend when no window is given", async () => {
    const { from, to } = await api.get("activity?period=month");
    expect([from, to]).to.deep.equal(["2025-02-01", "2026-03-01"]);
  });
});
