import { expect } from "chai";
import { SampleApi, time } from "./test-support/sample-api.ts";

const TAGS = `
  select registry, repository, tag, digest, pushes, pulls,
    ${time("first_pushed_at")}, ${time("last_pushed_at")},
    ${time("first_pulled_at")}, ${time("last_pulled_at")}, ${time("deleted_at")}
  from tag_stats`;

describe("GET /api/v1/tags", () => {
  const api = new SampleApi();

  const unusedSince = async (day: string) =>
    (await api.getAll(`tags?registry=dock&unused_since=${day}`, "tags")).map(
      ({ repository, tag }) => `${String(repository)}:${String(tag)}`,
    );

  it("shows every one once, whatever the size of a page", async () => {
    const expected = await api.sql(`${TAGS} order by registry, repository, tag`);
    expect(expected).to.have.length(7);
    for (const limit of [1, 2, 1000]) {
      expect(await api.getAll(`tags?limit=${limit}`, "tags")).to.deep.equal(expected);
    }
  });

  it("shows those of one repository", async () => {
    const where = "registry = 'dock' and repository = 'team/web'";
    expect(await api.getAll("tags?registry=dock&repository=team/web", "tags")).to.deep.equal(
      await api.sql(`${TAGS} where ${where} order by tag`),
    );
  });

  it("calls unused what was never pulled, or not since that day began, and is still there", async () => {
    const never = ["100%/odd_name:x", "team/web:v2"];
    expect(await unusedSince("2026-01-04")).to.deep.equal(never);
    expect(await unusedSince("2026-01-05")).to.have.members([...never, "team/web:v1"]);
    expect(await unusedSince("2026-01-07")).to.include("team/api:main");
  });
});
