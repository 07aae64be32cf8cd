import { expect } from "chai";
import { SampleApi, time } from "./test-support/sample-api.ts";

const REPOSITORIES = `
  select registry, path, coalesce(pushes, 0) as pushes, coalesce(pulls, 0) as pulls,
    ${time("first_pushed_at")}, ${time("last_pushed_at")},
    ${time("first_pulled_at")}, ${time("last_pulled_at")},
    coalesce(bytes_pushed, 0) as bytes_pushed, coalesce(bytes_pulled, 0) as bytes_pulled,
    ${time("created_at")}, ${time("deleted_at")}
  from container_repositories c
  full join (select repository as path, * from repository_stats) s using (registry, path)`;

const ORDERS = {
  path: "path, registry",
  pulls: "coalesce(pulls, 0) desc, registry, path",
  pushes: "coalesce(pushes, 0) desc, registry, path",
  last_pulled_at: "s.last_pulled_at desc nulls last, registry, path",
  bytes_pulled: "coalesce(s.bytes_pulled, 0) desc, registry, path",
};

describe("GET /api/v1/repositories", () => {
  const api = new SampleApi();

  const find = async (query: string) =>
    (await api.getAll(`repositories?${query}`, "repositories")).map(
      ({ registry, path }) => `${String(registry)}/${String(path)}`,
    );

  for (const [sort, order] of Object.entries(ORDERS)) {
    it(`shows every one once by ${sort}, whatever the size of a page`, async () => {
      const expected = await api.sql(`${REPOSITORIES} order by ${order}`);
      expect(expected).to.have.length(8);
      for (const limit of [1, 2, 3, 1000]) {
        const question = `repositories?sort=${sort}&limit=${limit}`;
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
    const { status, body } = await api.ask(`repositories?sort=path&cursor=${String(cursor)}`);
    expect(status).to.equal(400);
    expect(body["detail"]).to.match(/^cursor: belongs to sort=pulls/);
  });
});
