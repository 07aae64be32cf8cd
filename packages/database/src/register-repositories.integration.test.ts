import { expect } from "chai";
import { countingForTests } from "../../../test/support/counting.ts";

interface Sent {
  readonly id?: string;
  readonly action?: string;
  readonly [field: string]: unknown;
}

describe("counting", () => {
  const counting = countingForTests();
  const { send, actions, one } = counting;

  describe("the repository table", () => {
    const push = (id: string, target: object = {}): Sent => ({
      id,
      action: "push",
      timestamp: "2026-11-20T10:00:00Z",
      target: {
        repository: "team/app",
        mediaType: "application/octet-stream",
        digest: `sha256:${id}`,
        ...target,
      },
    });
    const remove = (id: string, target: object = {}): Sent => ({
      id,
      action: "delete",
      timestamp: "2026-11-20T11:00:00Z",
      target: { repository: "team/app", ...target },
    });

    it("creates a repository with its first layer and counts the next layer as push_blob", async () => {
      await send([push("1"), push("2")]);
      expect(await actions()).to.deep.equal({ "1": "create_repository", "2": "push_blob" });
    });

    it("flags a tag push that creates and keeps its action", async () => {
      await send([push("1", { tag: "v1", mediaType: "application/vnd.oci.image.index.v1+json" })]);
      expect(await one("select action, created_repository from tracking_events")).to.deep.equal({
        action: "push_tag",
        created_repository: true,
      });
    });

    it("lets a mount create and keeps its action", async () => {
      await send([{ ...push("1"), action: "mount" }, push("2")]);
      expect(await actions()).to.deep.equal({ "1": "mount_blob", "2": "push_blob" });
      expect(
        await one("select count(*)::int as n from tracking_events where created_repository"),
      ).to.deep.equal({ n: 1 });
    });

    it("keeps the verdict of a creation that is delivered again", async () => {
      await send([push("1")]);
      expect(await send([push("1")])).to.deep.equal({
        received: 1,
        tracked: [],
        duplicates: 1,
        rejected: 0,
      });
      expect(await actions()).to.deep.equal({ "1": "create_repository" });
    });

    it("closes with a repository deletion and creates again with the next push, in one batch or in several", async () => {
      await send([push("1"), remove("2"), push("3"), remove("4")]);
      await send([push("5")]);
      expect(await actions()).to.deep.equal({
        "1": "create_repository",
        "2": "delete_repository",
        "3": "create_repository",
        "4": "delete_repository",
        "5": "create_repository",
      });
      expect(await one("select origin, deleted_at from container_repositories")).to.deep.equal({
        origin: "push",
        deleted_at: null,
      });
    });

    it("keeps the event time of the deletion, and deletions of unknown repositories register nothing", async () => {
      await send([push("1"), remove("2"), remove("3", { repository: "unknown" })]);
      const row = await one("select deleted_at from container_repositories");
      expect(row).to.deep.equal({ deleted_at: new Date("2026-11-20T11:00:00.000Z") });
    });

    it("does not close for the bare digest of a manifest deletion", async () => {
      await send([push("1"), remove("2", { digest: "sha256:1" })]);
      expect(await actions()).to.include({ "2": "delete_manifest" });
      expect(await one("select deleted_at from container_repositories")).to.deep.equal({
        deleted_at: null,
      });
    });

    it("knows an imported repository, so that its next push is a push", async () => {
      await counting.admin.query(
        "insert into container_repositories (registry, path, origin) values ('alpha', 'team/app', 'import')",
      );
      await send([push("1")]);
      expect(await actions()).to.deep.equal({ "1": "push_blob" });
    });

    it("keeps registries apart", async () => {
      await send([push("1")], "alpha");
      await send([push("1")], "beta");
      expect(
        await one("select count(*)::int as n from tracking_events where created_repository"),
      ).to.deep.equal({ n: 2 });
    });

    it("registers nothing for pulls", async () => {
      await send([{ ...push("1"), action: "pull" }]);
      expect(
        (await counting.admin.query("select 1 from container_repositories")).rows,
      ).to.deep.equal([]);
    });
  });
});
