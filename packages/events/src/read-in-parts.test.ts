import { expect } from "chai";
import type { Notification } from "./notification.ts";
import { readInParts } from "./read-in-parts.ts";

/** Events of the smallest kind in a body of eight megabytes. */
const LARGE = 4_000_000;

/** Bytes. What that body is parsed into takes a hundred megabytes; the readings of all its events take two gigabytes. */
const MOST_HEAP = 500_000_000;

const notification = (events: string): Notification => ({
  registry: "harbour",
  receivedAt: "2026-03-02T09:15:27.123Z",
  body: `{"events":[${events}]}`,
});

describe("readInParts", () => {
  const sizes = (notifications: readonly Notification[]): number[] =>
    Array.from(readInParts(notifications, 3), (part) => part.length);

  it("makes one part of what fits into one, and none of nothing", () => {
    expect(sizes([notification("1"), notification(""), notification("2,3")])).to.deep.equal([3]);
    expect(sizes([notification("")])).to.deep.equal([]);
    expect(sizes([])).to.deep.equal([]);
  });

  it("fills each part but the last, out of one notification or of several", () => {
    expect(sizes([notification("1,2,3,4,5,6,7")])).to.deep.equal([3, 3, 1]);
    expect(sizes([notification("1,2"), notification("3,4"), notification("5,6")])).to.deep.equal([
      3, 3,
    ]);
  });

  it("reads no more of a large body than it is asked for", () => {
    const zeros = notification(`${"0,".repeat(LARGE - 1)}0`);
    const before = process.memoryUsage().heapUsed;
    const parts = readInParts([zeros], 1_000);
    for (let part = 0; part < 3; part++) {
      expect(parts.next().value).to.have.length(1_000);
      expect(process.memoryUsage().heapUsed - before).to.be.below(MOST_HEAP);
    }
  });
});
