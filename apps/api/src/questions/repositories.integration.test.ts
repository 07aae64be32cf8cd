import { expect } from "chai";
import { SampleApi, time } from "../test-support/sample-api.ts";

const REPOSITORIES = `
  select registry, repository, c.origin, coalesce(pushes, 0) as pushes, coalesce(pulls, 0) as pulls,
    ${time("first_pushed_at")}, ${time("last_pushed_at")},
    ${time("first_pulled_at")}, ${time("last_pulled_at")},
    coalesce(bytes_pushed, 0) as bytes_pushed, coalesce(bytes_pulled, 0) as bytes_pulled,
    ${time("created_at")}, ${time("deleted_at")}
  from (select *, path as repository from container_repositories) c
  full join repository_stats s using (registry, repository)`;

const ORDERS = {
  "sort=repository": "repository, registry",
  "order=desc": "repository desc, registry desc",
  "sort=pulls": "coalesce(pulls, 0) desc, registry, repository",
  "sort=pulls&order=asc": "coalesce(pulls, 0), registry, repository",
  "sort=pushes": "coalesce(pushes, 0) desc, registry, repository",
  "sort=last_pulled_at": "s.last_pulled_at desc nulls last, registry, repository",
  "sort=last_pushed_at&order=asc": "s.last_pushed_at nulls first, registry, repository",
  "sort=bytes_pulled": "coalesce(s.bytes_pulled, 0) desc, registry, repository",
  "sort=bytes_pushed": "coalesce(s.bytes_pushed, 0) desc, registry, repository",
  "sort=created_at": "c.created_at desc nulls last, registry, repository",
  "sort=deleted_at": "c.deleted_at desc nulls last, registry, repository",
};

describe("GET /api/v1/repositories", () => {
  const api = new SampleApi();

  const find = async (query: string) =>
    (await api.getAll(`repositories?${query}`, "repositories")).map(
      ({ registry, repository }) => `${String(registry)}/${String(repository)}`,
    );

  for (const [asked, order] of Object.entries(ORDERS)) {
    it(`shows every one once by ${asked}, whatever the size of a page`, async () => {
      const expected = await api.sql(`${REPOSITORIES} order by ${order}`);
      expect(expected).to.have.length(8);
      for (const limit of [1, 2, 3, 1000]) {
        const question = `repositories?${asked}&limit=${limit}`;
        expect(await api.getAll(question, "repositories")).to.deep.equal(expected);
      }
    });
  }

  it("finds any part of a path, in which nothing is a pattern", async () => {
    expect(await find("search=EAM/W")).to.deep.equal(["dock/team/web", "quay/team/web"]);
    expect(await find("search=team&registry=quay")).to.deep.equal(["quay/team/web"]);
    expect(await find("search=0%25/odd_")).to.deep.equal(["dock/100%/odd_name"]);
    expect(await find("search=%25")).to.deep.equal(["dock/100%/odd_name"]);
  });

  it("refuses a cursor of another order", async () => {
    const { next_cursor: cursor } = await api.get("repositories?sort=pulls&limit=1");
    for (const other of ["sort=repository", "sort=pulls&order=asc"]) {
      const { status, body } = await api.ask(`repositories?${other}&cursor=${String(cursor)}`);
      expect(status).to.equal(400);
      expect(body["detail"]).to.match(/^cursor: belongs to sort=pulls&order=desc/);
    }
  });

  it("tells which are new and which are gone", async () => {
    const named = (where: string) =>
      api.sql(
        `select registry || '/' || path as name from container_repositories where ${where} order by path, registry`,
      );
    const names = async (query: string) => (await find(query)).map((name) => ({ name }));
    const january = "created_at >= '2026-01-06Z' and created_at < '2026-01-09Z'";
    const created = await named(january);
    expect(created).to.deep.equal([{ name: "dock/team/api" }, { name: "quay/team/web" }]);
    expect(await names("created_from=2026-01-06&created_to=2026-01-09")).to.deep.equal(created);
    await api.execute(`
      insert into container_repositories (registry, path, created_at, deleted_at)
      values ('dock', 'here/shortly', '2026-01-02Z', '2026-01-20 23:59:59Z')`);
    expect(await names("deleted_from=2026-01-21&deleted_to=2026-01-22")).to.deep.equal([]);
    expect(await names("deleted_from=2026-01-20&deleted_to=2026-01-21")).to.deep.equal([
      { name: "dock/here/shortly" },
    ]);
    await api.execute("delete from container_repositories where path = 'here/shortly'");
  });
});
