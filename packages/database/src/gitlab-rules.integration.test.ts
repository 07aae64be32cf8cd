import { expect } from "chai";
import { countingForTests } from "../../../test/support/counting.ts";
import { fixture } from "../../../test/support/fixture.ts";

interface Sent {
  readonly id?: string;
  readonly action?: string;
  readonly [field: string]: unknown;
}

describe("GitLab's rules", () => {
  const { send, actions, one, usersOf } = countingForTests();

  describe("with GitLab's sample event", () => {
    const sample = (changes: object, target: object = {}): Sent => {
      const { events } = fixture("gitlab-sample-push-tag") as {
        events: [Sent & { target: object }];
      };
      const [event] = events;
      return { ...event, ...changes, target: { ...event.target, ...target } };
    };

    it("counts a push with a tag as push_tag and a delete with a tag as delete_tag", async () => {
      await send([sample({ id: "1" }), sample({ id: "2", action: "delete" })]);
      expect(await actions()).to.deep.equal({ "1": "push_tag", "2": "delete_tag" });
    });

    it("counts a push without the tag line as create_repository first and push_repository after", async () => {
      await send([sample({ id: "1" }, { tag: undefined })]);
      await send([sample({ id: "2" }, { tag: undefined }), sample({ id: "3" }, { tag: "" })]);
      expect(await actions()).to.deep.equal({
        "1": "create_repository",
        "2": "push_repository",
        "3": "push_repository",
      });
    });

    it("counts a delete without the tag line as delete_repository and leaves the repository open, for it has a digest", async () => {
      await send([sample({ id: "1" }, { tag: undefined })]);
      await send([sample({ id: "2", action: "delete" }, { tag: undefined })]);
      expect(await actions()).to.include({ "2": "delete_repository" });
      expect(await one("select deleted_at from container_repositories")).to.deep.equal({
        deleted_at: null,
      });
    });

    for (const type of ["personal_access_token", "build", "gitlab_or_ldap"]) {
      it(`counts a ${type} actor as a user, whatever the case of its name`, async () => {
        const actor = (name: string) => ({ name, user_type: type });
        await send([
          sample({ id: "1", actor: actor("mira") }),
          sample({ id: "2", actor: actor("MIRA") }),
          sample({ id: "3", actor: actor("tom") }),
        ]);
        expect(await usersOf("push_tag")).to.equal(2);
        expect(await usersOf("any_write")).to.equal(2);
      });
    }

    for (const actor of [
      {},
      { name: "mira", user_type: "deploy_token" },
      { name: "mira", user_type: "robot" },
      { name: "mira", user_type: 7 },
    ]) {
      it(`tracks the actor ${JSON.stringify(actor)} without counting a user`, async () => {
        const { tracked } = await send([sample({ id: "1", actor })]);
        expect(tracked).to.have.length(1);
        expect(await usersOf("push_tag")).to.equal(0);
      });
    }
  });
});
