import { actorNames, PLAIN_NAMES, type ActorNames } from "@tallyman/events";
import { expect } from "chai";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { ActorNamesError, agreeOnNames, awaitAgreementOnNames } from "./agree-on-names.ts";
import { createPool } from "./pool.ts";

const [FIRST, OTHER] = ["a", "b"].map((letter) => actorNames("pseudonym", letter.repeat(32))) as [
  ActorNames,
  ActorNames,
];
const OFF = actorNames("off");

describe("agreeOnNames", () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  before(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 2 });
  });
  beforeEach(() => pool.query("truncate tallyman.actor_names_key"));
  after(async () => {
    await pool.end();
    await database.drop();
  });

  /** What is said against names; undefined when they are agreed on. */
  async function objection(names: ActorNames, note = true): Promise<string | undefined> {
    try {
      await agreeOnNames(pool, names, { note });
      return undefined;
    } catch (error) {
      expect(error).to.be.instanceOf(ActorNamesError);
      return (error as Error).message;
    }
  }

  const asRole = (role: string, statement: string): Promise<unknown> =>
    pool.query(`begin; set local role ${role}; ${statement}; commit`).catch(async (error) => {
      await pool.query("rollback");
      throw error;
    });

  it("holds everybody to the key that was used first", async () => {
    expect(await objection(PLAIN_NAMES)).to.equal(undefined);
    expect(await objection(FIRST)).to.equal(undefined);
    expect(await objection(FIRST)).to.equal(undefined);
    expect(await objection(OTHER)).to.match(/^ACTOR_NAMES_KEY is not the key .* since 20\d\d-/);
    expect(await objection(PLAIN_NAMES)).to.match(/^ACTOR_NAMES is plain, .* since 20\d\d-/);
    expect(await objection(FIRST)).to.equal(undefined);
  });

  it("lets everybody stop recording names", async () => {
    await objection(FIRST);
    expect(await objection(OFF)).to.equal(undefined);
  });

  it("leaves nothing behind when it only looks", async () => {
    for (const names of [FIRST, OTHER, PLAIN_NAMES]) {
      expect(await objection(names, false)).to.equal(undefined);
    }
  });

  it("agrees with one key only when two begin at once", async () => {
    for (let round = 0; round < 10; round++) {
      await pool.query("truncate tallyman.actor_names_key");
      const objections = await Promise.all([objection(FIRST), objection(OTHER)]);
      expect(objections.filter((text) => text === undefined)).to.have.length(1);
    }
  });

  it("lets nobody forget the key but the owner, and begins anew after that", async () => {
    await objection(FIRST);
    const forget = "delete from tallyman.actor_names_key";
    expect(await objection(OTHER)).to.contain(forget);
    for (const statement of [
      forget,
      "update tallyman.actor_names_key set fingerprint = 'x'",
      "truncate tallyman.actor_names_key",
    ]) {
      const refused = await asRole("tallyman_worker", statement).catch((error: unknown) => error);
      expect(refused, statement).to.include({ code: "42501" });
    }
    await asRole("tallyman_migrator", forget);
    expect(await objection(OTHER)).to.equal(undefined);
    expect(await objection(FIRST)).to.be.a("string");
  });

  it("needs no more than a worker's rights", async () => {
    const url = new URL(database.url);
    url.searchParams.set("options", "-c role=tallyman_worker");
    const worker = new pg.Pool({ connectionString: url.href, max: 1 });
    try {
      await agreeOnNames(worker, FIRST, { note: true });
      const { rows } = await worker.query("select fingerprint from tallyman.actor_names_key");
      expect(rows).to.deep.equal([{ fingerprint: FIRST.keyFingerprint }]);
    } finally {
      await worker.end();
    }
  });

  it("waits for a database that is away, and for none that has another key", async () => {
    const options = { max: 1, applicationName: "test", onError: () => undefined };
    const url = new URL(database.url);
    url.pathname = "/nowhere_at_all";
    const away = createPool({ ...options, url: url.href });
    const attempts: number[] = [];
    const untilThird = async (attempt: number): Promise<boolean> => {
      attempts.push(attempt);
      return attempt < 3;
    };
    expect(await awaitAgreementOnNames(away, FIRST, untilThird)).to.equal(false);
    expect(attempts).to.deep.equal([1, 2, 3]);
    await away.end();
    await objection(OTHER);
    const failure = await awaitAgreementOnNames(pool, FIRST, untilThird).catch(
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(ActorNamesError);
    expect(attempts).to.have.length(3);
  });
});
