import { expect } from "chai";
import { readNotification } from "./read-notification.ts";

const LENGTH = 100_000;

/** Events without ids in one body of half a megabyte. */
const EVENTS = 10_000;

const RECEIVED_AT = "2026-11-21T10:00:00.000Z";

/** What drives a pattern that backtracks to despair. */
const HOSTILE: Readonly<Record<string, string>> = {
  zeros: "0".repeat(LENGTH),
  slashes: "/".repeat(LENGTH),
  "path segments": `${"a/".repeat(LENGTH / 2)}!`,
  "white space": `${" ".repeat(LENGTH)}x`,
  "a fraction of a second": `2026-01-01T00:00:00.${"0".repeat(LENGTH)}Z`,
  "media type parameters": `application/x${";a=b".repeat(LENGTH / 4)}`,
  NULs: "\0".repeat(LENGTH),
  "lone surrogates": "\ud800".repeat(LENGTH),
};

/** A pattern that backtracks needs hours for that, one that does not a fraction of a second. */
const PATIENCE_MS = 10_000;

describe("readNotification", () => {
  for (const [name, text] of Object.entries(HOSTILE)) {
    it(`is given 100,000 ${name} in every field without hesitating`, () => {
      const event = {
        id: text,
        timestamp: text,
        action: "push",
        target: {
          repository: text,
          tag: text,
          digest: text,
          mediaType: text,
          url: text,
          type: text,
        },
        actor: { name: text, user_type: text },
        request: { id: text, method: text, useragent: text },
        source: { instanceID: text },
      };
      const described = {
        ...event,
        id: "1",
        target: { ...event.target, repository: "a", tag: "" },
      };
      const body = JSON.stringify({ events: [event, { ...described, actor: {} }] });
      const started = performance.now();
      const readings = readNotification({
        registry: "alpha",
        receivedAt: RECEIVED_AT,
        body,
      });
      expect(performance.now() - started).to.be.below(PATIENCE_MS);
      expect(readings).to.have.lengthOf(2);
    });
  }

  it("does not go through a whole body again for each of its events", () => {
    const nameless = Array.from({ length: EVENTS }, (_, index) => ({
      action: index % 2 === 0 ? "pull" : "a new one",
      target: { repository: `r${index}` },
    }));
    const body = JSON.stringify({ events: nameless });
    const started = performance.now();
    const readings = readNotification({ registry: "alpha", receivedAt: RECEIVED_AT, body });
    expect(performance.now() - started).to.be.below(PATIENCE_MS);
    expect(new Set(readings.map(({ key }) => key))).to.have.lengthOf(EVENTS);
  });
});
