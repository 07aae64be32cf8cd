import { expect } from "chai";
import { EVERYTHING, SampleApi, time } from "../test-support/sample-api.ts";

const ACTORS = `
  select registry, actor_name, count(distinct repository) as repositories, sum(pushes) as pushes,
    sum(pulls) as pulls, ${time("min(first_seen_at)").replace(/ as .*/, " as first_seen_at")},
    ${time("max(last_seen_at)").replace(/ as .*/, " as last_seen_at")}
  from repository_actors group by registry, actor_name`;

describe("GET /api/v1/actors", () => {
  const api = new SampleApi();

  before("let one person work by hand and by a build in the same repository", () =>
    api.execute(`
      insert into repository_actors select registry, repository, actor_name, 'build', 1, 2, first_seen_at, now()
      from repository_actors where registry = 'dock' and actor_name = 'ann' limit 1`),
  );

  for (const [asked, order] of [
    ["", "sum(pulls) desc"],
    ["sort=actor_name", "registry"],
    ["sort=pushes", "sum(pushes) desc"],
    ["sort=repositories&order=asc", "count(distinct repository)"],
    ["sort=last_seen_at", "max(last_seen_at) desc"],
  ] as const) {
    it(`shows everybody once by ${asked || "pulls"}, on pages of any size`, async () => {
      const expected = await api.sql(`${ACTORS} order by ${order}, registry, actor_name`);
      expect(expected).to.have.length(4);
      for (const limit of [1, 2, 1000]) {
        expect(await api.getAll(`actors?${asked}&limit=${limit}`, "actors")).to.deep.equal(
          expected,
        );
      }
    });
  }

  it("finds any part of a name in one registry or all", async () => {
    const names = async (query: string) =>
      (await api.getAll(`actors?${query}`, "actors")).map(
        ({ registry, actor_name }) => `${String(registry)}/${String(actor_name)}`,
      );
    expect(await names("search=AN&sort=actor_name")).to.deep.equal(["dock/ann", "quay/ann"]);
    expect(await names("search=an&registry=quay")).to.deep.equal(["quay/ann"]);
  });
});

describe("GET /api/v1/actors/{registry}/{actor}/activity", () => {
  const api = new SampleApi();

  it("tells per day what one person did, and where, from the same rows", async () => {
    const whose = "registry = 'dock' and lower(actor_name) = 'ann'";
    const answer = await api.get(`actors/dock/ANN/activity?${EVERYTHING}`);
    expect(answer).to.deep.equal({
      registry: "dock",
      actor_name: "ANN",
      from: "2025-12-01",
      to: "2026-03-01",
      days: await api.sql(`
        select (occurred_at at time zone 'UTC')::date as day, action, count(*) as events,
          sum(size_bytes) as bytes
        from tracking_events where ${whose} group by 1, 2 order by 1, 2`),
      repositories: await api.sql(`
        select repository, count(*) as events, count(*) filter (where operation = 'push') as pushes,
          count(*) filter (where operation = 'pull') as pulls,
          ${time("max(occurred_at)").replace(/ as .*/, " as last_seen_at")}
        from tracking_events where ${whose} group by 1`),
    });
    expect(answer["repositories"]).to.have.length(1);
  });

  it("has nothing of somebody who did nothing", async () => {
    const { days, repositories } = await api.get("actors/dock/nobody/activity");
    expect([days, repositories]).to.deep.equal([[], []]);
  });
});
