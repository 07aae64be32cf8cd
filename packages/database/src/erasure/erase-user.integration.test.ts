import { expect } from "chai";
import pg from "pg";
import { countingForTests } from "../../../../test/support/counting.ts";
import { eventually } from "../../../../test/support/eventually.ts";
import { replayRejected } from "../replay-rejected.ts";
import { verifyRollups } from "../rollups/verify-rollups.ts";
import { eraseUser, type Erasure } from "./erase-user.ts";

const pull = (id: string, name: string, more: object = {}) => ({
  id,
  timestamp: "2026-11-21T09:00:00Z",
  action: "pull",
  target: { repository: "a", tag: "v1", digest: "sha256:aa" },
  actor: { name },
  request: { id: "request-7", useragent: "docker/27 of mira", addr: "192.0.2.7" },
  ...more,
});

describe("eraseUser", () => {
  const counting = countingForTests();
  const { send } = counting;
  let client: pg.Client;

  beforeEach(async () => {
    client = new pg.Client({ connectionString: counting.url });
    await client.connect();
  });
  afterEach(() => client.end());

  const erase = (name: string, dryRun = false): Promise<Erasure> =>
    eraseUser(client, { registry: "alpha", name }, { dryRun });

  const rows = async (query: string): Promise<unknown[]> =>
    (await counting.admin.query({ text: query, rowMode: "array" })).rows;

  const names = (): Promise<unknown[]> =>
    rows('select registry, username from users order by registry, username collate "C"');

  const expectEqual = async (): Promise<void> => {
    const verdicts = await verifyRollups(client, { show: 3 });
    expect(verdicts.filter(({ differences }) => differences > 0)).to.deep.equal([]);
  };

  it("foretells what it would erase and writes nothing", async () => {
    await send([
      pull("1", "Mira"),
      pull("2", "mira"),
      pull("3", "jo"),
      pull("4", "mira", { action: "fly" }),
    ]);
    expect(await erase("MIRA", true)).to.deep.equal({
      found: true,
      receipt: null,
      pseudonym: null,
      users: 1,
      trackingEvents: 2,
      repositoryActors: 1,
      rejectedPayloads: 1,
      openRejected: 1,
    });
    expect(await names()).to.deep.equal([
      ["alpha", "jo"],
      ["alpha", "mira"],
    ]);
  });

  it("puts a random name in place of every spelling, keeps the user's number, and leaves everybody else alone", async () => {
    await send([pull("1", "Mira"), pull("2", "mira"), pull("3", "jo")]);
    await send([pull("1", "mira")], "beta");
    const { pseudonym, receipt, ...counts } = await erase("mIRA");
    expect(pseudonym).to.match(/^erased-[0-9a-f]{20}$/);
    expect(counts).to.include({ users: 1, trackingEvents: 2, repositoryActors: 1 });
    expect(await names()).to.deep.equal([
      ["alpha", pseudonym],
      ["alpha", "jo"],
      ["beta", "mira"],
    ]);
    expect(
      await rows(
        `select e.registry, event_id, actor_name, user_agent, request_id, username = lower(actor_name)
         from tracking_events e join users u on u.id = user_id order by 1, 2`,
      ),
    ).to.deep.equal([
      ["alpha", "1", pseudonym, null, null, true],
      ["alpha", "2", pseudonym, null, null, true],
      ["alpha", "3", "jo", "docker/27 of mira", "request-7", true],
      ["beta", "1", "mira", "docker/27 of mira", "request-7", true],
    ]);
    expect(
      await rows(
        "select id::int, registry, pseudonym, tracking_events::int, repository_actors::int, rejected_payloads::int, erased_by = session_user from erasures",
      ),
    ).to.deep.equal([[receipt, "alpha", pseudonym, 2, 1, 0, true]]);
    expect(await counting.usersOf("pull_tag")).to.equal(2);
    await expectEqual();
  });

  it("finds spellings that only the worker's rule makes equal", async () => {
    // The Kelvin sign becomes a plain k; Postgres would leave it as it is.
    await send([pull("1", "\u212Aim"), pull("2", "kim"), pull("3", "İpek"), pull("4", "i̇pek")]);
    expect(await erase("Kim")).to.include({ users: 1, trackingEvents: 2 });
    expect(await erase("İPEK")).to.include({ users: 1, trackingEvents: 2 });
    await expectEqual();
  });

  it("takes payloads that name the person from rejected events, open ones for good, and no other", async () => {
    await send([
      pull("1", "mira", { action: "fly" }),
      pull("2", "jo", { action: "fly", target: { repository: "mira", tag: "mira" } }),
      pull("3", "Mira", { action: "fly" }),
      pull("4", "mira", { action: "fly" }),
      { id: "5", action: "push", actor: "MIRA" },
    ]);
    await send([pull("1", "mira", { action: "fly" })], "beta");
    await counting.admin.query(
      String.raw`update rejected_events set payload = replace(payload, '"Mira"', '"M\u0069ra"') where event_id = '3'`,
    );
    await counting.admin.query(
      `update rejected_events set payload = replace(payload, '"fly"', '"pull"') where event_id = '4'`,
    );
    const { rows: four } = await client.query<{ id: string }>(
      "select id from rejected_events where event_id = '4'",
    );
    await replayRejected(
      client,
      { ids: [Number(four[0]?.id)] },
      {
        directory: "open",
        dryRun: false,
        onReplayed: () => undefined,
      },
    );
    expect(await erase("mira")).to.include({
      rejectedPayloads: 4,
      openRejected: 3,
      trackingEvents: 1,
    });
    expect(
      await rows(
        "select registry, event_id, payload <> '', replayed_at is not null, discarded_at is not null from rejected_events order by 1, 2",
      ),
    ).to.deep.equal([
      ["alpha", "1", false, false, true],
      ["alpha", "2", true, false, false],
      ["alpha", "3", false, false, true],
      ["alpha", "4", false, true, false],
      ["alpha", "5", false, false, true],
      ["beta", "1", true, false, false],
    ]);
    await expectEqual();
  });

  it("leaves no receipt when the name is nowhere", async () => {
    await send([pull("1", "jo")]);
    expect(await erase("mira")).to.include({ found: false, receipt: null, trackingEvents: 0 });
    expect(await rows("select from erasures")).to.deep.equal([]);
  });

  it("makes workers forget the name: whoever comes with it again is a new user", async () => {
    await send([pull("1", "mira")]);
    await erase("mira");
    await send([pull("2", "mira")]);
    expect(await names()).to.have.length(2);
    expect(await counting.usersOf("pull_tag")).to.equal(2);
    await expectEqual();
  });

  it("waits for the batch under way, and erases what it has counted, too", async () => {
    const batch = await counting.admin.connect();
    await batch.query("begin; select tallyman.enter_member_epoch()");
    const erased = erase("mira");
    await eventually("the erasure waits", async () => {
      const { rowCount } = await batch.query(
        "select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
      return rowCount === 1;
    });
    await batch.query("insert into users (registry, username) values ('alpha', 'mira')");
    await batch.query("commit");
    batch.release();
    expect(await erased).to.include({ users: 1 });
  });
});
