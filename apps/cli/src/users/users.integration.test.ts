import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect } from "chai";
import pg from "pg";
import { countingForTests } from "../../../../test/support/counting.ts";
import { runTallyman, tallymanJson } from "../../../../test/support/run-tallyman.ts";
import { createTestDatabase, type TestDatabase } from "../../../../test/support/test-database.ts";

describe("tallyman users", () => {
  let database: TestDatabase;
  let admin: pg.Pool;
  let directory: string;
  let environment: Record<string, string>;

  before(async () => {
    database = await createTestDatabase();
    admin = new pg.Pool({ connectionString: database.url, max: 1 });
    directory = await mkdtemp(join(tmpdir(), "tallyman-users-"));
    environment = { DATABASE_URL: database.url };
  });

  beforeEach(() => admin.query("truncate users, tallyman.actor_names_key restart identity"));

  after(async () => {
    await admin.end();
    await database.drop();
    await rm(directory, { recursive: true });
  });

  const importing = async (text: string, options = "") => {
    const file = join(directory, "users.csv");
    await writeFile(file, text);
    const { code, document } = await tallymanJson(`users import ${file} ${options}`, environment);
    return { code, ...document } as Record<string, unknown>;
  };

  const names = async (): Promise<string[]> => {
    const { rows } = await admin.query<{ name: string }>(
      "select registry || '/' || username as name from users order by 1",
    );
    return rows.map(({ name }) => name);
  };

  it("imports two columns without a header, each name once and in lower case", async () => {
    const first = await importing("harbour,Mira\nharbour,ÅSA\ndock,mira\nharbour,MIRA\n");
    expect(first).to.deep.equal({
      code: 0,
      dryRun: false,
      added: 3,
      alreadyThere: 1,
      invalid: 0,
      invalidLines: [],
    });
    expect(await names()).to.deep.equal(["dock/mira", "harbour/mira", "harbour/åsa"]);
    expect(await importing("harbour,mira\nharbour,joon\n")).to.include({
      added: 1,
      alreadyThere: 1,
    });
  });

  it("finds its columns by a header, in any order, quoted, with a byte order mark and Windows' line ends", async () => {
    const text =
      '\ufeffmail,Username,Registry\r\nm@x,"Mira, ""M""",harbour\r\n\r\nj@x,joon,dock\r\n';
    expect(await importing(text)).to.include({ code: 0, added: 2 });
    expect(await names()).to.deep.equal(["dock/joon", 'harbour/mira, "m"']);
  });

  it("takes bare names of one registry from stdin", async () => {
    const { code, out } = await runTallyman("users import - --registry harbour", environment, {
      stdin: Readable.from(["mira\njoon\n"]),
    });
    expect([code, out]).to.deep.equal([0, "2 users added, 0 already there\n"]);
    expect(await names()).to.deep.equal(["harbour/joon", "harbour/mira"]);
  });

  it("names lines that are no users by their numbers, imports the others, and exits with 1", async () => {
    const long = "x".repeat(256);
    const text = `registry,username\nharbour,mira\nHarbour,a\nharbour,\n"harbour","a\u0000b"\nharbour\nharbour,${long}\ndock,joon\n`;
    const result = await importing(text);
    expect(result).to.include({ code: 1, added: 2, invalid: 5 });
    const lines = result["invalidLines"] as { line: number; reason: string }[];
    expect(lines.map(({ line }) => line)).to.deep.equal([3, 4, 5, 6, 7]);
    expect(lines.map(({ reason }) => reason).join("\n"))
      .to.contain('"Harbour" is no registry')
      .and.to.contain("the name is empty")
      .and.to.contain("more than 255 characters");
    expect(await names()).to.deep.equal(["dock/joon", "harbour/mira"]);
  });

  it("foretells with --dry-run what it would do, and writes nothing", async () => {
    await importing("harbour,mira\n");
    const text = "harbour,mira\nharbour,joon\nharbour,Joon\n";
    expect(await importing(text, "--dry-run")).to.include({ added: 1, alreadyThere: 2 });
    expect(await names()).to.deep.equal(["harbour/mira"]);
    expect(await importing(text)).to.include({ added: 1, alreadyThere: 2 });
  });

  it("keeps pseudonyms where the workers do, and nothing where they keep no names", async () => {
    const key = { ACTOR_NAMES: "pseudonym", ACTOR_NAMES_KEY: "k".repeat(32) };
    const args = "users import - --registry harbour";
    await runTallyman(args, { ...environment, ...key }, { stdin: Readable.from(["Mira\nmira\n"]) });
    const [name, ...more] = await names();
    expect(name).to.match(/^harbour\/p_[0-9a-f]{32}$/);
    expect(more).to.deep.equal([]);
    const off = await runTallyman(
      args,
      { ...environment, ACTOR_NAMES: "off" },
      { stdin: Readable.from(["joon\n"]) },
    );
    expect([off.code, await names()]).to.deep.equal([2, [name]]);
  });

  it("are refused with another key than the one first used, which a dry run does not leave behind", async () => {
    const args = "users import - --registry harbour";
    const importingWith = (letter: string, options = "") => {
      const key = { ACTOR_NAMES: "pseudonym", ACTOR_NAMES_KEY: letter.repeat(32) };
      return runTallyman(
        `${args} ${options}`,
        { ...environment, ...key },
        { stdin: Readable.from(["mira\n"]) },
      );
    };
    expect((await importingWith("a", "--dry-run")).code).to.equal(0);
    expect((await importingWith("b")).code).to.equal(0);
    const other = await importingWith("a");
    expect(other.code).to.equal(1);
    expect(other.err).to.contain("ACTOR_NAMES_KEY is not the key of this database's pseudonyms");
    const plain = await runTallyman(args, environment, { stdin: Readable.from(["mira\n"]) });
    expect([plain.code, (await names()).length]).to.deep.equal([1, 1]);
  });

  it("imports more users than fit into a statement", async () => {
    const text = Array.from({ length: 12_000 }, (_, i) => `harbour,user${i}`).join("\n");
    expect(await importing(text)).to.include({ code: 0, added: 12_000 });
    const { document } = await tallymanJson("users list --limit 1", environment);
    expect(document).to.include({ total: 12_000 });
  });

  const wrong: readonly [what: string, text: string, options: string, hint: string][] = [
    ["a header without registry", "username,mail\nmira,m\n", "", "no column registry"],
    ["three columns without a header", "a,b,c\n", "", "a header with registry and username"],
    ["bare names without --registry", "mira\n", "", "go with --registry"],
    ["two columns with --registry", "harbour,mira\n", "--registry harbour", "one column of names"],
    ["a quote that is never closed", 'harbour,"mira\n', "", "is no CSV"],
    ["a registry that is no label", "mira\n", "--registry Harbour", "lower-case letters"],
  ];
  for (const [what, text, options, hint] of wrong) {
    it(`exits with 2 for ${what}, and says what would be right`, async () => {
      const file = join(directory, "wrong.csv");
      await writeFile(file, text);
      const { code, err } = await runTallyman(`users import ${file} ${options}`, environment);
      expect(code).to.equal(2);
      expect(err).to.contain(hint);
      expect(await names()).to.deep.equal([]);
    });
  }

  it("exits with 2 for a file that is not there", async () => {
    const { code, err } = await runTallyman("users import /nowhere.csv", environment);
    expect([code, err]).to.deep.equal([2, "The file cannot be read (ENOENT).\n"]);
  });

  it("lists users by registry and name, and finds them in any case", async () => {
    await importing("harbour,mira\nharbour,joon\ndock,amir\n");
    const { out } = await runTallyman("users list --limit 2", environment);
    expect(out).to.match(
      /^ID +REGISTRY +USERNAME\n\d +dock +amir\n\d +harbour +joon\n2 of 3 users; --limit shows more\n$/,
    );
    const found = await tallymanJson("users list --search MIR --registry harbour", environment);
    expect(found.document["users"]).to.have.length(1);
    expect(found.document).to.nested.include({ total: 1, "users[0].username": "mira" });
  });

  describe("with a closed directory", () => {
    const counting = countingForTests();

    it("lets an imported name count from the next event on", async () => {
      const store = counting.open("closed");
      const pull = (id: string) => ({
        id,
        action: "pull",
        target: { repository: "a", tag: "v1" },
        actor: { name: "MIRA" },
      });
      try {
        await counting.send([pull("1")], "alpha", store);
        expect(await counting.usersOf("any_read")).to.equal(0);
        await runTallyman(
          "users import - --registry alpha",
          { DATABASE_URL: counting.url },
          { stdin: Readable.from(["Mira\n"]) },
        );
        await counting.send([pull("2")], "alpha", store);
        expect(await counting.usersOf("any_read")).to.equal(1);
      } finally {
        await store.close();
      }
    });
  });
});
