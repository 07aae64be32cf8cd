import { readNotification } from "@tallyman/events";
import { expect } from "chai";
import fc from "fast-check";
import { notification } from "./notification-queue.contract.ts";
import { parseJobData } from "./parse-job-data.ts";

const ADDED = Date.parse("2026-03-02T10:00:00.500Z");
const ADDED_AT = "2026-03-02T10:00:00.500Z";

describe("parseJobData", () => {
  it("takes what ingest has put into the queue as it is", () => {
    const notifications = [notification('{"events":[]}'), notification("{}")];
    expect(parseJobData({ notifications }, ADDED)).to.deep.equal(notifications);
    expect(parseJobData({ notifications: [] }, ADDED)).to.deep.equal([]);
  });

  const foreign: readonly [string, unknown][] = [
    ["an object of somebody else", { to: "mira@example.com", template: 7 }],
    ["an empty object", {}],
    ["nothing", null],
    ["text", "hello"],
    ["a list", [1, 2]],
    ["an envelope that did not come through ingest", { events: [{ id: "1", action: "push" }] }],
    ["notifications that are no list", { notifications: { registry: "harbour" } }],
  ];
  for (const [title, data] of foreign) {
    it(`makes one rejected event of ${title}, whole`, () => {
      const [only, ...others] = parseJobData(data, ADDED);
      expect(others).to.deep.equal([]);
      expect(only).to.include({ registry: "unknown", receivedAt: ADDED_AT });
      const readings = readNotification(only as NonNullable<typeof only>);
      expect(readings).to.have.length(1);
      expect(readings[0]).to.include({
        kind: "rejected",
        reason: "unknown_shape",
        payload: JSON.stringify({ job: data }),
      });
    });
  }

  it("sets one bad notification aside and takes its neighbours", () => {
    const good = notification("{}");
    const bad: readonly unknown[] = [
      null,
      7,
      { ...good, registry: "Har\0bour" },
      { ...good, registry: "" },
      { ...good, body: { events: [] } },
    ];
    for (const item of bad) {
      expect(parseJobData({ notifications: [good, item, good] }, ADDED)).to.deep.equal([
        good,
        {
          registry: "unknown",
          receivedAt: ADDED_AT,
          body: JSON.stringify({ notification: item }),
        },
        good,
      ]);
    }
  });

  it("takes the time at which the job was added for a time of receipt that is none", () => {
    for (const receivedAt of [
      undefined,
      7,
      "yesterday",
      "2026-02-30T10:00:00.000Z",
      "2026-03-02T10:00:00Z",
      "0000-01-01T00:00:00.000Z",
      "+012026-03-02T10:00:00.000Z",
    ]) {
      const parsed = parseJobData(
        { notifications: [{ ...notification("{}"), receivedAt }] },
        ADDED,
      );
      expect(parsed).to.deep.equal([{ ...notification("{}"), receivedAt: ADDED_AT }]);
    }
    for (const added of [undefined, NaN, -1, Infinity, "now", 1e20]) {
      const [parsed] = parseJobData({}, added);
      expect(Date.parse(parsed?.receivedAt ?? "")).to.be.closeTo(Date.now(), 60_000);
    }
  });

  it("does not stumble over a job that is nested deeper than JSON can be written", () => {
    let deep: unknown = "bottom";
    for (let i = 0; i < 50_000; i++) deep = [deep];
    const [only] = parseJobData({ deep }, ADDED);
    expect(only?.body).to.contain("deep");
  });

  it("makes notifications that can be read of anything at all", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything()), fc.anything(), (data, added) => {
        for (const parsed of parseJobData(data, added)) readNotification(parsed);
      }),
    );
  });
});
