import { expect } from "chai";
import { SampleApi, time } from "../test-support/sample-api.ts";

const TAGS = `
  select registry, repository, tag, digest, pushes, pulls,
    ${time("first_pushed_at")}, ${time("last_pushed_at")},
    ${time("first_pulled_at")}, ${time("last_pulled_at")}, ${time("deleted_at")}
  from tag_stats`;

describe("GET /api/v1/tags", () => {
  const api = new SampleApi();

  const notPulledSince = async (day: string) =>
    (await api.getAll(`tags?registry=dock&not_pulled_since=${day}`, "tags")).map(
      ({ repository, tag }) => `${String(repository)}:${String(tag)}`,
    );

  it("shows every one once, whatever the size of a page", async () => {
    const expected = await api.sql(`${TAGS} order by registry, repository, tag`);
    expect(expected).to.have.length(7);
    for (const limit of [1, 2, 1000]) {
      const question = `tags?deleted=true&limit=${limit}`;
      expect(await api.getAll(question, "tags")).to.deep.equal(expected);
    }
  });

  it("leaves out those that were deleted unless they are asked for", async () => {
    const expected = await api.sql(
      `${TAGS} where deleted_at is null order by registry, repository, tag`,
    );
    expect(expected).to.have.length(6);
    expect(await api.getAll("tags", "tags")).to.deep.equal(expected);
  });

  for (const [asked, order] of [
    ["sort=last_pulled_at&order=asc", "tag_stats.last_pulled_at nulls first"],
    ["sort=last_pushed_at", "tag_stats.last_pushed_at desc nulls last"],
    ["sort=pulls", "pulls desc"],
    ["sort=pushes&order=asc", "pushes"],
  ] as const) {
    it(`shows every one once by ${asked}`, async () => {
      const names = "registry, repository, tag";
      const expected = await api.sql(
        `${TAGS} where deleted_at is null order by ${order}, ${names}`,
      );
      for (const limit of [1, 2, 1000]) {
        expect(await api.getAll(`tags?${asked}&limit=${limit}`, "tags")).to.deep.equal(expected);
      }
    });
  }

  it("finds any part of a tag, and those that nobody ever pulled", async () => {
    const tagsOf = async (query: string) =>
      (await api.getAll(`tags?${query}`, "tags")).map(({ tag }) => tag);
    expect(await tagsOf("search=AI")).to.deep.equal(["main"]);
    expect(await tagsOf("never_pulled=true")).to.deep.equal(["x", "v2"]);
  });

  it("leaves out those that were pushed lately when it is asked for unused ones", async () => {
    for (const day of ["2026-01-05", "2026-01-06", "2026-01-07", "2026-02-01"]) {
      const expected = await api.sql(`
        ${TAGS} where deleted_at is null and coalesce(tag_stats.last_pushed_at < '${day}Z', true)
        order by registry, repository, tag`);
      expect(await api.getAll(`tags?not_pushed_since=${day}`, "tags"), day).to.deep.equal(expected);
    }
  });

  it("shows those of one repository", async () => {
    const where = "registry = 'dock' and repository = 'team/web'";
    const expected = await api.sql(`${TAGS} where ${where} order by tag`);
    expect(await api.getAll("tags?registry=dock&repository=team/web", "tags")).to.deep.equal(
      expected,
    );
    expect(await api.getAll("repositories/dock/team%2Fweb/tags", "tags")).to.deep.equal(expected);
    expect(await api.get("repositories/dock/nobody/tags")).to.deep.equal({
      tags: [],
      next_cursor: null,
    });
  });

  it("calls unused what was never pulled, or not since that day began, and is still there", async () => {
    const never = ["100%/odd_name:x", "team/web:v2"];
    expect(await notPulledSince("2026-01-04")).to.deep.equal(never);
    expect(await notPulledSince("2026-01-05")).to.have.members([...never, "team/web:v1"]);
    expect(await notPulledSince("2026-01-07")).to.include("team/api:main");
  });
});
