import { expect } from "chai";
import { EVERYTHING, SampleApi, time } from "../test-support/sample-api.ts";

describe("GET /api/v1/repositories/{registry}/{repository}", () => {
  const api = new SampleApi();

  it("shows the same as the list does, of every repository", async () => {
    const { repositories } = await api.get("repositories");
    for (const row of repositories as { registry: string; repository: string }[]) {
      const path = `${row.registry}/${encodeURIComponent(row.repository)}`;
      expect(await api.get(`repositories/${path}`)).to.deep.equal(row);
    }
  });

  it("answers 404 for one that nobody knows, and says how to find one", async () => {
    const { status, body } = await api.ask("repositories/dock/nobody");
    expect(status).to.equal(404);
    expect(body["detail"]).to.include("GET /api/v1/repositories?search=");
  });

  it("takes no parameters of its path in the query, and refuses a path that it cannot decode", async () => {
    const twice = await api.ask("repositories/dock/nobody?registry=quay");
    expect(twice.status).to.equal(400);
    expect(twice.body["detail"]).to.equal("registry: is unknown; there are none here");
    const { status, body } = await api.ask("repositories/dock/100%/odd");
    expect(status).to.equal(404);
    const undecodable = await api.ask("repositories/dock/100%");
    expect(undecodable.status).to.equal(400);
    expect(undecodable.body["detail"]).to.include("%25");
    expect(body["detail"]).to.include("%2F");
  });

  it("has a daily series that is the table's", async () => {
    const days = await api.sql(`
      select day, action, events, bytes, repositories_created from repository_daily
      where registry = 'dock' and repository = 'team/web' order by repository_daily.day, action`);
    expect(days).to.have.length.greaterThan(3);
    expect(await api.get(`repositories/dock/team%2Fweb/daily?${EVERYTHING}`)).to.deep.equal({
      registry: "dock",
      repository: "team/web",
      from: "2025-12-01",
      to: "2026-03-01",
      days,
    });
    const { days: some } = await api.get(
      "repositories/dock/team%2Fweb/daily?from=2026-01-05&to=2026-01-06",
    );
    expect(some).to.deep.equal(days.filter(({ day }) => day === "2026-01-05"));
  });

  for (const [asked, order] of Object.entries({
    "sort=actor_name": "actor_name, coalesce(actor_type, '')",
    "order=desc": "actor_name desc, coalesce(actor_type, '') desc",
    "sort=pulls": "pulls desc, actor_name, coalesce(actor_type, '')",
    "sort=pulls&order=asc": "pulls, actor_name, coalesce(actor_type, '')",
    "sort=pushes": "pushes desc, actor_name, coalesce(actor_type, '')",
    "sort=last_seen_at":
      "repository_actors.last_seen_at desc, actor_name, coalesce(actor_type, '')",
  })) {
    it(`names everybody who was there once by ${asked}, whatever the size of a page`, async () => {
      await api.execute(`
        insert into repository_actors
        select registry, repository, names.name, names.type, 7, 1, first_seen_at, last_seen_at
        from repository_actors, (values ('ann', 'build'), ('robot', null), ('Zoe', null)) names (name, type)
        where registry = 'dock' and repository = 'team/web' and actor_name = 'ann' and actor_type is null
        on conflict do nothing`);
      const expected = await api.sql(`
        select actor_name, actor_type, pushes, pulls, ${time("first_seen_at")}, ${time("last_seen_at")}
        from repository_actors where registry = 'dock' and repository = 'team/web' order by ${order}`);
      expect(expected).to.have.length(5);
      for (const limit of [1, 2, 3, 1000]) {
        const question = `repositories/dock/team%2Fweb/actors?${asked}&limit=${limit}`;
        expect(await api.getAll(question, "actors")).to.deep.equal(expected);
      }
    });
  }

  it("finds part of a name among those who were there, and refuses a cursor of another order", async () => {
    const path = "repositories/dock/team%2Fweb/actors";
    const { actors } = await api.get(`${path}?search=OB`);
    const names = (actors as { actor_name: string }[]).map(({ actor_name }) => actor_name);
    expect(names).to.deep.equal(["bob", "robot"]);
    const { next_cursor: cursor } = await api.get(`${path}?sort=pulls&limit=1`);
    const { status, body } = await api.ask(`${path}?sort=pushes&cursor=${String(cursor)}`);
    expect(status).to.equal(400);
    expect(body["detail"]).to.match(/^cursor: belongs to sort=pulls&order=desc/);
  });
});
