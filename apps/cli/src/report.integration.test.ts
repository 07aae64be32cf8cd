import { expect } from "chai";
import { countingForTests } from "../../../test/support/counting.ts";
import { runTallyman, tallymanJson } from "../../../test/support/run-tallyman.ts";
import type { Summary } from "./report/summary.ts";
import type { Place } from "./report/top.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const LAYER = "application/octet-stream";

interface Told {
  readonly action: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly type?: string;
  readonly size?: number;
  readonly actor?: string;
  readonly day?: string;
  readonly digest?: string;
}

describe("what people ask on the command line", () => {
  const counting = countingForTests();
  let environment: Record<string, string>;
  let ids = 0;

  const tell = ({
    action,
    repository = "team/app",
    tag,
    type = "",
    size = 0,
    actor,
    day = "18",
    digest,
  }: Told) => ({
    id: String(++ids),
    timestamp: `2026-11-${day}T10:00:00Z`,
    action,
    target: { repository, tag, mediaType: type, size, digest },
    actor: { name: actor },
  });

  beforeEach(async () => {
    environment = { DATABASE_URL: counting.url };
    await counting.send(
      [
        tell({ action: "push", type: LAYER, size: 5_000, actor: "mira", digest: "sha256:1" }),
        tell({ action: "push", type: MANIFEST, size: 100, actor: "mira", tag: "1.0" }),
        tell({ action: "pull", type: MANIFEST, size: 100, actor: "JOON", tag: "1.0" }),
        tell({ action: "pull", type: MANIFEST, size: 100, actor: "joon", tag: "1.0", day: "20" }),
        tell({ action: "pull", type: LAYER, size: 5_000, actor: "joon", digest: "sha256:1" }),
        // The first push of all is that of a manifest: a registry that sends no layers.
        tell({ action: "push", type: MANIFEST, size: 7, repository: "lib/b", digest: "sha256:2" }),
        tell({
          action: "pull",
          type: MANIFEST,
          size: 7,
          repository: "lib/b",
          digest: "sha256:2",
          actor: "mira",
          day: "09",
        }),
        tell({ action: "delete", repository: "lib/b", day: "21" }),
        tell({ action: "delete", tag: "1.0", day: "21" }),
        tell({ action: "fly" }),
      ],
      "harbour",
    );
    await counting.send(
      [tell({ action: "pull", type: MANIFEST, size: 3, tag: "x|y", actor: "mira" })],
      "dock",
    );
  });

  const summary = async (args = ""): Promise<Summary> => {
    const { code, document } = await tallymanJson(`report ${args}`, environment);
    expect(code).to.equal(0);
    return document as unknown as Summary;
  };

  const places = async (subject: string, args = ""): Promise<Place[]> => {
    const { code, document } = await tallymanJson(
      `top ${subject} --month 2026-11 ${args}`,
      environment,
    );
    expect(code).to.equal(0);
    return document[subject] as Place[];
  };

  it("sums up a month: actions, users, repositories, tags, ledger and rejected events", async () => {
    const told = await summary("--month 2026-11 --registry harbour");
    expect(told).to.include({ registry: "harbour", from: "2026-11-01", to: "2026-12-01" });
    expect(told.actions).to.deep.equal([
      { action: "create_repository", events: 2, bytes: 5_007 },
      { action: "pull_tag", events: 2, bytes: 200 },
      { action: "delete_repository", events: 1, bytes: 0 },
      { action: "delete_tag", events: 1, bytes: 0 },
      { action: "pull_blob", events: 1, bytes: 5_000 },
      { action: "pull_manifest", events: 1, bytes: 7 },
      { action: "push_tag", events: 1, bytes: 100 },
    ]);
    expect(told.users).to.deep.equal({ reading: 2, writing: 1 });
    expect(told.repositories).to.deep.equal({ created: 2, deleted: 1 });
    expect(told.tags).to.deep.equal({ pushed: 1, deleted: 1 });
    expect(told.ledger).to.deep.equal({
      received: 10,
      tracked: 9,
      duplicates: 0,
      rejected: 1,
      balances: true,
    });
    expect(told.rejected).to.deep.equal([{ reason: "action_unknown", events: 1 }]);
    expect(told.topRepositories.map(({ repository, pulls }) => [repository, pulls])).to.deep.equal([
      ["team/app", 2],
      ["lib/b", 1],
    ]);
  });

  it("counts users by whole days, weeks or months, as the tables have them", async () => {
    const weeks = await summary("--from 2026-11-09 --to 2026-11-23");
    expect(weeks.periods).to.deep.equal([
      { start: "2026-11-09", events: 1, reading: 1, writing: 0 },
      { start: "2026-11-16", events: 9, reading: 2, writing: 1 },
    ]);
    const days = await summary("--from 2026-11-20 --to 2026-11-22 --by day");
    expect(days.periods).to.deep.equal([
      { start: "2026-11-20", events: 1, reading: 1, writing: 0 },
      { start: "2026-11-21", events: 2, reading: 0, writing: 0 },
    ]);
    const months = await summary("--month 2026-11 --by month");
    expect(months.periods).to.deep.equal([
      { start: "2026-11-01", events: 10, reading: 3, writing: 1 },
    ]);
    expect((await summary("--week 2026-W47 --by month")).periods).to.deep.equal([]);
  });

  it("has nothing to tell of a time without events, and says so", async () => {
    const told = await summary("--month 2020-01");
    expect([told.actions, told.topRepositories, told.rejected]).to.deep.equal([[], [], []]);
    expect(told.ledger).to.include({ received: 0, balances: true });
    const { out } = await runTallyman("report --month 2020-01", environment);
    expect(out).to.contain("Nothing happened.").and.to.contain("No pulls in this window.");
    const { out: ranking } = await runTallyman("top tags --month 2020-01", environment);
    expect(ranking)
      .to.contain("No pulls in this window.")
      .and.to.contain("2020-01-01 to 2020-01-31")
      .and.to.contain("--by ranks by pushes, bytes, events instead");
  });

  it("says that a registry is not known, for a typing error would be answered with zeros", async () => {
    for (const command of ["report", "top users"]) {
      const { code, err } = await runTallyman(`${command} --registry harbor`, environment);
      expect([code, err]).to.deep.equal([
        0,
        "The registry harbor has never sent anything; these have: dock, harbour.\n",
      ]);
    }
  });

  it("says that only whole weeks are in the list of weeks", async () => {
    const { out } = await runTallyman("report --month 2026-11", environment);
    expect(out).to.contain("\nUsers by week, whole weeks of this window only\n");
    const { out: days } = await runTallyman("report --month 2026-11 --by day", environment);
    expect(days).to.contain("\nUsers by day\n");
  });

  it("reads well on a terminal and as Markdown, whatever a sender has written", async () => {
    const { out } = await runTallyman("report --month 2026-11", environment);
    expect(out)
      .to.match(/^Tallyman, 2026-11-01 to 2026-11-30\n/)
      .and.to.match(/^Users: 3 reading, 1 writing$/m)
      .and.to.match(/^ {2}ACTION {13,}EVENTS {2,}BYTES$/m)
      .and.to.match(/^ {2}harbour\/team\/app +2 +1 +10\.1 KiB +6$/m);
    const markdown = await runTallyman("report --month 2026-11 --markdown", environment);
    expect(markdown.out)
      .to.match(/^# Tallyman, 2026-11-01 to 2026-11-30\n/)
      .and.to.contain("| harbour/team/app | 2 | 1 | 10.1 KiB | 6 |\n")
      .and.to.contain("| action\\_unknown | 1 |");
  });

  it("ranks repositories by pulls, pushes, bytes or events, also without their tracking rows", async () => {
    const ranked = async (by: string): Promise<unknown[]> =>
      (await places("repositories", `--by ${by} --registry harbour`)).map((place) => [
        place.repository,
        place[by as "pulls"],
      ]);
    expect(await ranked("pulls")).to.deep.equal([
      ["team/app", 2],
      ["lib/b", 1],
    ]);
    expect(await ranked("pushes")).to.deep.equal([
      ["lib/b", 1],
      ["team/app", 1],
    ]);
    expect(await ranked("bytes")).to.deep.equal([
      ["team/app", 10_300],
      ["lib/b", 14],
    ]);
    expect(await ranked("events")).to.deep.equal([
      ["team/app", 6],
      ["lib/b", 3],
    ]);
    const all = await ranked("pulls");
    await counting.admin.query("delete from tracking_events");
    expect(await ranked("pulls")).to.deep.equal(all);
  });

  it("says of pushes and pulls what the statistics say", async () => {
    const { rows } = await counting.admin.query<{ repository: string; pushes: number }>(
      "select repository, pushes::int, pulls::int from repository_stats where registry = 'harbour' order by repository",
    );
    const ranked = await places("repositories", "--by events --registry harbour");
    const told = ranked.map(({ repository, pushes, pulls }) => ({ repository, pushes, pulls }));
    expect(told).to.have.deep.members(rows);
  });

  it("ranks tags, users and registries", async () => {
    expect(
      (await places("tags")).map(({ registry, tag, pulls }) => [registry, tag, pulls]),
    ).to.deep.equal([
      ["harbour", "1.0", 2],
      ["dock", "x|y", 1],
    ]);
    expect(
      (await places("users")).map(({ registry, user, pulls, bytes }) => [
        registry,
        user,
        pulls,
        bytes,
      ]),
    ).to.deep.equal([
      ["harbour", "joon", 2, 5_200],
      ["dock", "mira", 1, 3],
      ["harbour", "mira", 1, 5_107],
    ]);
    expect(
      (await places("registries", "--by pushes")).map(({ registry, pushes }) => [registry, pushes]),
    ).to.deep.equal([["harbour", 2]]);
    expect(await places("tags", "--limit 1")).to.have.length(1);
    const { out } = await runTallyman("top tags --month 2026-11", environment);
    expect(out).to.match(
      /^ {2}TAG +PULLS +PUSHES +BYTES +EVENTS\n {2}harbour\/team\/app:1\.0 +2 +1 /,
    );
  });

  it("needs no more than the rights of tallyman_reader", async () => {
    const as = `${environment["DATABASE_URL"]}?options=${encodeURIComponent("-c role=tallyman_reader -c TimeZone=UTC")}`;
    for (const args of ["report", "top users", "top tags", "top registries", "users list"]) {
      const { code, err } = await runTallyman(args, { DATABASE_URL: as });
      expect([args, code, err]).to.deep.equal([args, 0, ""]);
    }
  });

  const wrong: readonly [string, string][] = [
    ["report --week 47", "ISO week"],
    ["report --json --markdown", "either"],
    ["report --by year", "Allowed choices"],
    ["top", "Usage: tallyman top"],
    ["top people", "unknown command"],
    ["top tags --by size", "Allowed choices"],
    ["top tags --from 2026-11-21 --month 2026-11", "Give --week"],
  ];
  for (const [args, hint] of wrong) {
    it(`exits with 2 for «tallyman ${args}» and says what would be right`, async () => {
      const { code, out, err } = await runTallyman(args, environment);
      expect([code, out]).to.deep.equal([2, ""]);
      expect(err).to.contain(hint);
    });
  }
});
