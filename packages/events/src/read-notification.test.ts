import { expect } from "chai";
import fc from "fast-check";
import { fixture } from "../../../test/support/fixture.ts";
import { readNotification, type Reading } from "./read-notification.ts";
import type { RegistryEvent } from "./registry-event.ts";

const RECEIVED = "2026-11-21T10:00:00.000Z";

function readBody(body: string, registry = "alpha"): Reading[] {
  return readNotification({ registry, receivedAt: RECEIVED, body });
}

function read(event: unknown): Reading {
  const readings = readBody(JSON.stringify({ events: [event] }));
  expect(readings).to.have.length(1);
  return readings[0] as Reading;
}

function accepted(event: unknown): RegistryEvent {
  const reading = read(event);
  if (reading.kind === "rejected") throw new Error(`rejected: ${reading.reason}`);
  return reading;
}

const GOOD = {
  id: "1",
  action: "push",
  target: { repository: "team/app", tag: "v1", digest: "sha256:a" },
  actor: { name: "mira" },
};

const withoutOrigin = (reading: Reading | undefined): object => ({ ...reading, origin: undefined });

const withTarget = (target: object) => ({ ...GOOD, target: { ...GOOD.target, ...target } });

describe("readNotification", () => {
  describe("envelopes", () => {
    const bodies: readonly [string, string, readonly string[]][] = [
      ["reads {} as nothing", "{}", []],
      ["reads an empty list as nothing", '{"events":[]}', []],
      ["reads events that are null as nothing", '{"events":null}', []],
      ["rejects events that are an object", '{"events":{}}', ["events_not_a_list"]],
      ["rejects events that are text", '{"events":"all"}', ["events_not_a_list"]],
      ["rejects an object of no known shape", '{"hello":1}', ["unknown_shape"]],
      [
        "gives each bad entry its own rejection",
        '{"events":[1,null,[],"x",{}]}',
        ["not_an_object", "not_an_object", "not_an_object", "not_an_object", "action_missing"],
      ],
      ["rejects what somebody else has put into the queue", "not json", ["not_json"]],
      ["rejects a list", "[]", ["not_an_object"]],
    ];
    for (const [title, body, reasons] of bodies) {
      it(title, () => {
        expect(
          readBody(body).map((reading) => (reading.kind === "rejected" ? reading.reason : "ok")),
        ).to.deep.equal(reasons);
      });
    }

    it("reads a bare event and an enveloped one as the same event", () => {
      const bare = readBody(JSON.stringify(GOOD));
      expect(withoutOrigin(bare[0])).to.deep.equal(withoutOrigin(accepted(GOOD)));
    });
  });

  describe("faults", () => {
    const long = (length: number) => "x".repeat(length);
    const cases: readonly [string, unknown][] = [
      ["action_missing", { ...GOOD, action: "" }],
      ["action_missing", { ...GOOD, action: null }],
      ["action_not_text", { ...GOOD, action: 5 }],
      ["action_unknown", { ...GOOD, action: "PUSH" }],
      ["action_unknown", { ...GOOD, action: "constructor" }],
      ["target_missing", { ...GOOD, target: undefined }],
      ["target_missing", { ...GOOD, target: [] }],
      ["target_missing", { ...GOOD, target: "team/app" }],
      ["repository_missing", withTarget({ repository: "" })],
      ["repository_not_text", withTarget({ repository: 1 })],
      ["repository_unstorable", withTarget({ repository: "a\0" })],
      ["repository_too_long", withTarget({ repository: long(256) })],
      ["tag_not_text", withTarget({ tag: ["v1"] })],
      ["tag_not_text", withTarget({ tag: false })],
      ["tag_unstorable", withTarget({ tag: "\udfff" })],
      ["tag_too_long", withTarget({ tag: long(129) })],
      ["digest_not_text", withTarget({ digest: {} })],
      ["digest_too_long", withTarget({ digest: long(257) })],
      ["id_not_text", { ...GOOD, id: 7 }],
      ["id_unstorable", { ...GOOD, id: "\0" }],
      ["id_too_long", { ...GOOD, id: long(513) }],
      ["actor_name_not_text", { ...GOOD, actor: { name: 0 } }],
      ["actor_name_unstorable", { ...GOOD, actor: { name: "\ud800" } }],
      ["actor_name_too_long", { ...GOOD, actor: { name: long(256) } }],
    ];
    for (const [reason, event] of cases) {
      it(`rejects ${JSON.stringify(event).slice(0, 90)} as ${reason} and keeps it whole`, () => {
        expect(read(event)).to.deep.include({
          kind: "rejected",
          reason,
          payload: JSON.stringify(event),
        });
      });
    }

    it("keeps identifying text at its very limit, counted in characters", () => {
      const event = {
        ...withTarget({ repository: "😀".repeat(255), tag: long(128), digest: long(256) }),
        id: long(512),
        actor: { name: long(255) },
      };
      expect(accepted(event).repository).to.equal("😀".repeat(255));
      expect(read(withTarget({ repository: "😀".repeat(256) }))).to.include({
        reason: "repository_too_long",
      });
    });

    it("tells rejections by id, or by content when there is no usable id", () => {
      const key = (event: unknown) => read(event).key;
      expect(key({ id: "1", action: "fly" })).to.equal(key({ id: "1", action: "swim" }));
      expect(key({ action: "fly" })).not.to.equal(key({ action: "swim" }));
      expect(key({ id: "1", action: "fly" })).not.to.equal(key({ ...GOOD, id: "1" }));
    });
  });

  describe("fields that only describe", () => {
    it("never cost the event", () => {
      const event = accepted({
        ...GOOD,
        timestamp: {},
        target: { ...GOOD.target, mediaType: 5, size: "big", url: [] },
        request: { id: "\0x", method: 7, useragent: "\ud800", addr: {} },
        source: "nowhere",
      });
      expect(event).to.deep.include({
        mediaType: null,
        sizeBytes: null,
        requestId: "\u{fffd}x",
        userAgent: "\u{fffd}",
        sourceInstance: null,
        timestampSource: "received",
      });
    });

    it("are cut when they are too long, never in the middle of a character", () => {
      const { userAgent } = accepted({ ...GOOD, request: { useragent: `${"x".repeat(1023)}😀` } });
      expect(userAgent).to.equal(`${"x".repeat(1023)}\u{fffd}`);
    });

    const sizes: readonly [object, number | null][] = [
      [{ size: 743 }, 743],
      [{ length: 5 }, 5],
      [{ size: "", length: 5 }, 5],
      [{ size: 0 }, 0],
      [{ size: -1 }, null],
      [{ size: 1.5 }, null],
      [{ size: 2 ** 53 }, null],
      [{}, null],
    ];
    for (const [size, expected] of sizes) {
      it(`reads the size ${JSON.stringify(size)} as ${expected}`, () => {
        expect(accepted(withTarget(size)).sizeBytes).to.equal(expected);
      });
    }
  });

  describe("actors", () => {
    const cases: readonly [unknown, string | null, string | null][] = [
      [undefined, null, null],
      [{}, null, null],
      ["mira", null, null],
      [["mira"], null, null],
      [{ name: "" }, null, null],
      [{ name: "Mira" }, "Mira", null],
      [{ name: "Mira", user_type: "build" }, "Mira", "build"],
      [{ name: "Mira", user_type: "" }, "Mira", null],
      [{ name: "Mira", user_type: 5 }, "Mira", "invalid"],
      [{ name: "Mira", user_type: [] }, "Mira", "invalid"],
    ];
    for (const [actor, name, type] of cases) {
      it(`reads the actor ${JSON.stringify(actor)} as ${name ?? "anonymous"} of type ${type}`, () => {
        expect(accepted({ ...GOOD, actor })).to.include({ actorName: name, actorType: type });
      });
    }
  });

  describe("ids", () => {
    it("are opaque text", () => {
      for (const id of ["7", "a:b", "__proto__", "constructor", " "])
        expect(accepted({ ...GOOD, id }).eventId).to.equal(id);
    });

    it("are made of the content when the sender gives none, whatever the white space", () => {
      const event = { ...GOOD, id: "" };
      const [first] = readBody(JSON.stringify({ events: [event] }));
      const [second] = readBody(JSON.stringify({ events: [7, event] }, null, 2)).slice(1);
      const [other] = readBody(JSON.stringify({ events: [event] }), "beta");
      expect((first as RegistryEvent).eventId).to.match(/^content:[0-9a-f]{32}$/);
      expect(withoutOrigin(second)).to.deep.equal(withoutOrigin(first));
      expect((other as RegistryEvent).eventId).not.to.equal((first as RegistryEvent).eventId);
    });
  });

  describe("senders", () => {
    const senders: readonly [string, Partial<RegistryEvent>][] = [
      ["distribution-2.8-push-tag", { operation: "push", targetKind: "tag" }],
      [
        "distribution-2.8-push-manifest-by-digest",
        { operation: "push", targetKind: "manifest", tag: null },
      ],
      ["distribution-2.8-push-layer", { operation: "push", targetKind: "blob" }],
      ["distribution-2.8-mount-layer", { operation: "mount", targetKind: "blob" }],
      ["distribution-2.8-pull-tag", { operation: "pull", targetKind: "tag" }],
      ["distribution-2.8-head-tag", { operation: "head", targetKind: "tag" }],
      ["distribution-2.8-head-layer", { operation: "head", targetKind: "blob" }],
      [
        "distribution-2.8-delete-by-digest",
        { operation: "delete", targetKind: "manifest", mediaType: null },
      ],
      ["distribution-2.8-delete-tag", { operation: "delete", targetKind: "tag", digest: null }],
      ["distribution-3-push-tag", { operation: "push", targetKind: "tag" }],
      ["distribution-3-push-layer", { operation: "push", targetKind: "blob" }],
      ["distribution-3-head-tag", { operation: "head", targetKind: "tag" }],
      [
        "distribution-3-delete-by-digest",
        { operation: "delete", targetKind: "manifest", mediaType: null, sizeBytes: null },
      ],
      [
        "distribution-3-delete-tag",
        { operation: "delete", targetKind: "tag", digest: null, mediaType: null, sizeBytes: null },
      ],
      ["distribution-3-delete-repository", { operation: "delete", targetKind: "repository" }],
      ["gitlab-push-tag-build", { operation: "push", targetKind: "tag", actorType: "build" }],
      ["gitlab-push-tag-anonymous", { operation: "push", actorName: null }],
      ["gitlab-pull-layer-with-meta", { operation: "pull", targetKind: "blob" }],
      ["gitlab-rename-name", { operation: "rename" }],
      ["beta-2015-push-tag", { operation: "push", targetKind: "tag" }],
      ["beta-2015-push-tag-in-envelope", { operation: "push", targetKind: "tag" }],
      ["beta-2015-push-layer", { operation: "push", targetKind: "blob" }],
      ["beta-2015-push-manifest", { operation: "push", targetKind: "manifest" }],
    ];
    for (const [name, expected] of senders) {
      it(`reads ${name}`, () => {
        const readings = readBody(JSON.stringify(fixture(name)));
        expect(readings).to.have.length(1);
        expect(readings[0]).to.deep.include({
          kind: "event",
          timestampSource: "event",
          ...expected,
        });
      });
    }
  });

  it("gives exactly one reading per event for any JSON, and never throws", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.jsonValue(),
            fc.record({
              id: fc.anything(),
              action: fc.constantFrom("push", "pull", "delete", 1),
              actor: fc.anything(),
              timestamp: fc.anything(),
              target: fc.oneof(
                fc.anything(),
                fc.record({
                  repository: fc.anything(),
                  tag: fc.anything(),
                  mediaType: fc.anything(),
                  url: fc.anything(),
                  size: fc.anything(),
                }),
              ),
              request: fc.anything(),
              source: fc.anything(),
            }),
          ),
        ),
        (events) => {
          const body = JSON.stringify({ events }, (_, value: unknown) =>
            typeof value === "bigint" ? String(value) : value,
          );
          const list = (JSON.parse(body) as { events: unknown[] }).events;
          const readings = readBody(body);
          expect(readings).to.have.length(list.length);
          for (const reading of readings) expect(reading.key).to.match(/^[0-9a-f]{32}$/);
        },
      ),
    );
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });
});
