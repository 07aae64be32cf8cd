import { expect } from "chai";
import { SampleApi } from "../test-support/sample-api.ts";

/** The same numbers, counted from the rows. */
const COUNTED = (window: string) => `
  select registry, repository,
    count(*) filter (where operation = 'pull' and target_kind in ('tag', 'manifest')) as pulls,
    count(*) filter (where operation = 'push' and target_kind in ('tag', 'manifest')) as pushes,
    coalesce(sum(size_bytes) filter (where operation in ('push', 'pull')), 0) as bytes,
    count(*) as events
  from tracking_events where ${window} group by 1, 2`;

describe("GET /api/v1/top-repositories", () => {
  const api = new SampleApi();

  const WINDOWS = {
    "from=2025-12-01&to=2026-03-01": "true",
    "from=2026-01-05&to=2026-01-06": "occurred_at >= '2026-01-05Z' and occurred_at < '2026-01-06Z'",
    "from=2026-01-01&to=2026-01-09&registry=dock":
      "occurred_at >= '2026-01-01Z' and occurred_at < '2026-01-09Z' and registry = 'dock'",
    "": "occurred_at >= '2026-01-08Z'",
    "from=2025-12-30&to=2026-02-03": "occurred_at >= '2025-12-30Z' and occurred_at < '2026-02-03Z'",
    "from=2026-01-02&to=2026-03-01": "occurred_at >= '2026-01-02Z'",
    "from=2020-01-01&to=2020-02-01": "false",
  };

  before("let a registry that sends no layers create a repository by a push without a tag", () =>
    api.execute(`
      with created as (
        update tracking_events
        set action = 'create_repository', target_kind = 'manifest', tag = null
        where registry = 'quay' and event_id = 'event-0' returning *
      )
      update repository_daily d set action = 'create_repository'
      from created c
      where d.registry = c.registry and d.repository = c.repository and d.action = 'push_tag'`),
  );

  for (const [asked, window] of Object.entries(WINDOWS)) {
    it(`counts what happened in ${asked || "the last 28 days"} as SQL does, by every measure`, async () => {
      for (const by of ["pulls", "pushes", "bytes", "events"]) {
        const counted = await api.sql(`
          select * from (${COUNTED(window)}) counted
          where ${by} > 0 order by ${by} desc, registry, repository`);
        // Few are found in another way than many.
        for (const limit of [10, 1000]) {
          const question = `top-repositories?${asked}&by=${by}&limit=${limit}`;
          expect((await api.get(question))["repositories"], question).to.deep.equal(counted);
        }
      }
    });
  }

  it("shows as many as are wanted, and says what was asked", async () => {
    const answer = await api.get("top-repositories?from=2025-12-01&to=2026-03-01&limit=1");
    expect(answer).to.deep.include({ registry: null, from: "2025-12-01", to: "2026-03-01" });
    expect(answer["by"]).to.equal("pulls");
    expect(answer["repositories"]).to.have.length(1);
  });
});
