import { createHash, createHmac } from "node:crypto";
import { expect } from "chai";
import { actorNames, PLAIN_NAMES, type ActorNames } from "./actor-names.ts";
import { readNotification, type Reading } from "./read-notification.ts";

const KEY = "a key of pseudonyms, long enough.";
const PSEUDONYMS = actorNames("pseudonym", KEY);
const OFF = actorNames("off");

const EVENT = {
  id: "1",
  action: "push",
  target: { repository: "team/app", tag: "v1" },
  actor: { name: "Mira", user_type: "build" },
};

function read(names: ActorNames, event: unknown): Reading {
  const body = JSON.stringify({ events: [event] });
  const [reading] = readNotification({
    registry: "alpha",
    receivedAt: "2026-11-21T10:00:00.000Z",
    body,
  });
  return names.applyTo(reading as Reading);
}

describe("actorNames", () => {
  it("gives one name of one registry one pseudonym, however it is spelled", () => {
    const pseudonym = PSEUDONYMS.nameOf("alpha", "Mira");
    expect(pseudonym).to.equal(
      `p_${createHmac("sha256", KEY).update("alpha\nmira").digest("hex").slice(0, 32)}`,
    );
    expect(PSEUDONYMS.nameOf("alpha", "mIRA")).to.equal(pseudonym);
    expect(PSEUDONYMS.nameOf("alpha", "mirax")).to.not.equal(pseudonym);
    expect(PSEUDONYMS.nameOf("beta", "Mira")).to.not.equal(pseudonym);
    expect(actorNames("pseudonym", `${KEY}!`).nameOf("alpha", "Mira")).to.not.equal(pseudonym);
  });

  it("has a fingerprint for each key, which is neither the key nor the beginning of a pseudonym", () => {
    const { keyFingerprint } = PSEUDONYMS;
    expect(keyFingerprint).to.match(/^[0-9a-f]{64}$/);
    expect(actorNames("pseudonym", KEY)).to.include({ keyFingerprint });
    expect(actorNames("pseudonym", `${KEY}!`).keyFingerprint).to.not.equal(keyFingerprint);
    expect(keyFingerprint).to.not.equal(createHash("sha256").update(KEY).digest("hex"));
    expect([PLAIN_NAMES.keyFingerprint, OFF.keyFingerprint]).to.deep.equal([null, null]);
  });

  it("leaves everything about an event but the name as it is", () => {
    const plain = read(PLAIN_NAMES, EVENT);
    expect(plain).to.include({ actorName: "Mira" });
    expect(read(PSEUDONYMS, EVENT)).to.deep.equal({
      ...plain,
      actorName: PSEUDONYMS.nameOf("alpha", "mira"),
    });
    expect(read(OFF, EVENT)).to.deep.equal({ ...plain, actorName: null });
    const anonymous = { ...EVENT, actor: {} };
    expect(read(PSEUDONYMS, anonymous)).to.deep.equal(read(PLAIN_NAMES, anonymous));
  });

  it("leaves nothing of a name in what is rejected, and recognises it by the same key", () => {
    const rejected = { ...EVENT, action: "fly" };
    const plain = read(PLAIN_NAMES, rejected) as Extract<Reading, { kind: "rejected" }>;
    expect(plain.payload).to.include("Mira");
    for (const names of [PSEUDONYMS, OFF]) {
      const name = names.nameOf("alpha", "Mira") ?? "";
      expect(read(names, rejected)).to.deep.equal({
        ...plain,
        payload: plain.payload.replace("Mira", name),
      });
    }
  });

  it("changes nothing when it is applied again, as a replay does", () => {
    for (const names of [PSEUDONYMS, OFF]) {
      for (const event of [EVENT, { ...EVENT, action: "fly" }]) {
        const once = read(names, event);
        expect(names.applyTo(once)).to.deep.equal(once);
      }
    }
  });

  const unusable: readonly [string, unknown][] = [
    ["a number", 7_654_321],
    ["a truth", true],
    ["a list", ["Mira"]],
    ["an object", { first: "Mira" }],
    ["too long", "Mira".repeat(64)],
    ["no text that can be stored", "Mira\0"],
    ["half a surrogate pair", "Mira\ud800"],
  ];
  for (const [title, name] of unusable) {
    it(`rejects a name that is ${title} for the same reason again when it is replayed`, () => {
      const event = { ...EVENT, actor: { name } };
      const plain = read(PLAIN_NAMES, event);
      for (const names of [PSEUDONYMS, OFF]) {
        const kept = read(names, event) as Extract<Reading, { kind: "rejected" }>;
        expect(kept.payload).to.not.match(/Mira|7654321/);
        const again = read(names, JSON.parse(kept.payload)) as Extract<
          Reading,
          { kind: "rejected" }
        >;
        expect([again.reason, again.detail]).to.deep.equal([
          (plain as typeof kept).reason,
          (plain as typeof kept).detail,
        ]);
        expect(again.payload).to.equal(kept.payload);
      }
    });
  }

  it("leaves text that is no JSON as it is", () => {
    const [reading] = readNotification({
      registry: "alpha",
      receivedAt: "2026-11-21T10:00:00.000Z",
      body: '{"actor":{"name',
    });
    expect(PSEUDONYMS.applyTo(reading as Reading)).to.deep.equal(reading);
  });

  it("makes no pseudonyms without a key that is long enough", () => {
    for (const key of [undefined, "", "x".repeat(31)]) {
      expect(() => actorNames("pseudonym", key)).to.throw("at least 32 characters");
    }
  });
});
