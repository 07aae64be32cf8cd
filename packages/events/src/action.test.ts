import { expect } from "chai";
import { actionOf, ACTIONS, closesRepository, registersRepository } from "./action.ts";
import { metricsOf } from "./metric.ts";
import { OPERATIONS, type Operation } from "./operation.ts";
import { TARGET_KINDS, type TargetKind } from "./target-kind.ts";

/** The table of the law: operation, then the actions for tag, manifest, blob and repository. */
const TABLE: Record<Operation, readonly [string, string, string, string]> = {
  push: ["push_tag", "push_repository", "push_blob", "push_repository"],
  pull: ["pull_tag", "pull_manifest", "pull_blob", "pull_repository"],
  head: ["head_tag", "head_manifest", "head_blob", "head_repository"],
  mount: ["mount_blob", "mount_blob", "mount_blob", "mount_blob"],
  delete: ["delete_tag", "delete_manifest", "delete_blob", "delete_repository"],
  rename: ["rename_repository", "rename_repository", "rename_repository", "rename_repository"],
};

describe("actionOf", () => {
  const event = (
    operation: Operation,
    targetKind: TargetKind,
    mediaType: string | null = null,
  ) => ({
    operation,
    targetKind,
    mediaType,
  });

  for (const operation of OPERATIONS) {
    for (const [index, kind] of TARGET_KINDS.entries()) {
      const expected = TABLE[operation][index];
      it(`calls a ${operation} of a ${kind} ${expected}`, () => {
        expect(actionOf(event(operation, kind), false)).to.equal(expected);
      });
    }
  }

  it("calls every first push but a tag's create_repository", () => {
    const actions = TARGET_KINDS.map((kind) => actionOf(event("push", kind), true));
    expect(actions).to.deep.equal([
      "push_tag",
      "create_repository",
      "create_repository",
      "create_repository",
    ]);
  });

  it("calls a manifest's deletion with a media type GitLab's delete_repository", () => {
    expect(
      actionOf(event("delete", "manifest", "application/vnd.oci.image.manifest.v1+json"), false),
    ).to.equal("delete_repository");
  });

  it("closes a repository only by a repository deletion without a digest", () => {
    const closing = OPERATIONS.flatMap((operation) =>
      TARGET_KINDS.flatMap((kind) =>
        [null, "d"]
          .filter((digest) => closesRepository({ ...event(operation, kind), digest }))
          .map(() => `${operation} ${kind}`),
      ),
    );
    expect(closing).to.deep.equal(["delete repository"]);
  });

  it("registers by pushes and mounts alone", () => {
    expect(
      OPERATIONS.filter((operation) => registersRepository(event(operation, "blob"))),
    ).to.deep.equal(["push", "mount"]);
  });
});

describe("metricsOf", () => {
  it("counts the five actions of GitLab in any_write and the two manifest pulls in any_read", () => {
    const of = (metric: string) =>
      ACTIONS.filter((action) => metricsOf(action, false).some((name) => name === metric));
    expect(of("any_write")).to.have.members([
      "push_tag",
      "delete_tag",
      "push_repository",
      "create_repository",
      "delete_repository",
    ]);
    expect(of("any_read")).to.have.members(["pull_tag", "pull_manifest"]);
  });

  it("counts a creating event in create_repository, whatever its action, and once", () => {
    expect(metricsOf("push_tag", true)).to.deep.equal([
      "push_tag",
      "create_repository",
      "any_write",
    ]);
    expect(metricsOf("mount_blob", true)).to.deep.equal(["mount_blob", "create_repository"]);
    expect(metricsOf("create_repository", true)).to.deep.equal(["create_repository", "any_write"]);
  });
});
