import { agreeOnNames } from "@tallyman/database";
import { actorNames } from "@tallyman/events";
import { expect } from "chai";
import { countingForTests } from "../../../test/support/counting.ts";
import { cliForTests } from "../../../test/support/cli.ts";

describe("tallyman retention and erase-user", () => {
  const counting = countingForTests();
  const cli = cliForTests(counting);
  const { send } = counting;

  const push = (id: string, day: string, name = "mira") => ({
    id,
    timestamp: `${day}T09:00:00Z`,
    action: "push",
    target: { repository: "a", tag: "v1" },
    actor: { name },
  });

  it("tells what would go, removes it when told to, and verify names the horizon", async () => {
    await counting.admin.query("select tallyman.ensure_month_partition('2020-03-01')");
    await send([push("1", "2020-03-31"), push("2", "2019-01-01"), push("3", "2026-11-20")]);
    const dry = await cli.run("retention --keep 2000d --rejected 90d --keys 2000d");
    expect([dry.code, dry.err]).to.deep.equal([0, ""]);
    expect(dry.out).to.match(
      /^2020-03 +1 tracking row +\d+\.\d KiB\n2019-01 and later, without a partition +1 tracking row\n/,
    );
    expect(dry.out)
      .to.match(/\n2 tracking rows from before 20\d\d-\d\d-01 would be removed \(\d+\.\d KiB\)\n/)
      .and.to.contain(
        "\n0 closed rejected events would be removed\n0 event keys would be forgotten\n",
      )
      .and.to.contain("--yes");
    expect(Object.keys(await counting.actions())).to.have.length(3);
    const { document } = await cli.json("retention --keep 2000d --yes");
    expect(document).to.deep.include({ dryRun: false, rejectedEvents: 0 });
    expect(await counting.actions()).to.deep.equal({ "3": "push_tag" });
    const verified = await cli.run("rollups verify");
    expect(verified.code).to.equal(0);
    expect(verified.out).to.contain(
      `compared from 2020-04-01 on`.replace("2020-04-01", String(document["horizon"])),
    );
    expect((await cli.run("rollups rebuild")).out).to.contain("nothing had to be changed");
  });

  it("erases a person only when told to, and exits with 1 for a name that is nowhere", async () => {
    await send([push("1", "2026-11-20"), { ...push("2", "2026-11-20"), action: "fly" }]);
    const dry = await cli.run("erase-user --registry alpha MIRA");
    expect([dry.code, dry.err]).to.deep.equal([0, ""]);
    expect(dry.out).to.equal(
      "1 tracking row: name replaced, client software and request ids removed\n1 row of repository_actors: name replaced\n1 rejected event: payload removed, 1 of them open: they are discarded\nNothing was changed. Do it with --yes.\n",
    );
    const { code, document } = await cli.json("erase-user --registry alpha MIRA --yes");
    expect(code).to.equal(0);
    expect(document).to.include({ dryRun: false, found: true });
    expect((document["erasures"] as unknown[])[0]).to.include({
      trackingEvents: 1,
      rejectedPayloads: 1,
    });
    expect((await cli.run("rollups verify")).code).to.equal(0);
    for (const yes of ["", " --yes"]) {
      const gone = await cli.run(`erase-user --registry alpha mira${yes}`);
      expect([gone.code, gone.out]).to.deep.equal([1, "The name is nowhere in alpha.\n"]);
    }
  });

  it("erases the pseudonym of a name, too, and what was recorded before pseudonyms were wanted", async () => {
    const pseudonyms = { ACTOR_NAMES: "pseudonym", ACTOR_NAMES_KEY: "k".repeat(32) };
    await send([push("1", "2026-11-20")]);
    const { nameOf } = actorNames("pseudonym", pseudonyms.ACTOR_NAMES_KEY);
    await send([push("2", "2026-11-20", nameOf("alpha", "mira") ?? "")]);
    const { document } = await cli.json("erase-user --registry alpha Mira --yes", pseudonyms);
    expect(document["erasures"]).to.have.length(2);
    expect(
      await counting.one("select bool_and(username like 'erased-%') as all from users"),
    ).to.deep.equal({ all: true });
  });

  it("does not look for a pseudonym of another key, nor for a plain name where pseudonyms are kept", async () => {
    const pseudonyms = { ACTOR_NAMES: "pseudonym", ACTOR_NAMES_KEY: "k".repeat(32) };
    const names = actorNames("pseudonym", pseudonyms.ACTOR_NAMES_KEY);
    await agreeOnNames(counting.admin, names, { note: true });
    await send([push("1", "2026-11-20", names.nameOf("alpha", "mira") ?? "")]);
    const erase = "erase-user --registry alpha mira --yes";
    for (const other of [{ ...pseudonyms, ACTOR_NAMES_KEY: "x".repeat(32) }, {}]) {
      const { code, out, err } = await cli.run(erase, other);
      expect([code, out]).to.deep.equal([1, ""]);
      expect(err).to.contain("of then.").and.to.contain("docs/privacy.md");
    }
    expect((await cli.run(erase, pseudonyms)).code).to.equal(0);
  });

  it("needs the login that migrates, and says so", async () => {
    await send([push("1", "2020-03-31")]);
    for (const args of ["retention --keep 400d --yes", "erase-user --registry alpha mira --yes"]) {
      const { code, err } = await cli.runAs("tallyman_worker", args);
      expect([code, err]).to.satisfy(() => code === 1 && err.includes("npm run migrate"));
      expect((await cli.runAs("tallyman_migrator", args)).code).to.equal(0);
    }
    for (const args of ["retention --keep 400d", "erase-user --registry alpha mira"]) {
      expect((await cli.runAs("tallyman_worker", args)).code).to.be.lessThan(2);
    }
  });

  const wrong: readonly [string, string][] = [
    ["retention", "--keep 400d"],
    ["retention --keep 400", "number of days"],
    ["retention --keep 400d --keys 100d", "as long as its row"],
    ["erase-user mira", "--registry"],
    ["erase-user --registry alpha", "missing required argument"],
  ];
  for (const [args, hint] of wrong) {
    it(`exits with 2 for «tallyman ${args}»`, async () => {
      const { code, out, err } = await cli.run(args);
      expect([code, out]).to.deep.equal([2, ""]);
      expect(err).to.contain(hint);
    });
  }
});
