import { expect } from "chai";
import { z } from "zod";
import { cursorOf, encodeCursor, pageOf } from "./cursor.ts";

const CURSOR = cursorOf(z.tuple([z.enum(["path"]), z.string()]));

const positionOf = (row: number) => [row];

describe("cursor", () => {
  it("comes back as the position that it was made of", () => {
    const position = ["path", "größe/ü?&=+/%"];
    expect(CURSOR.parse(encodeCursor(position))).to.deep.equal(position);
  });

  it("needs no escaping in a URL", () => {
    expect(encodeCursor(["path", "\u{ff}\u{3fe}?>~~~"])).to.match(/^[A-Za-z0-9_-]+$/);
  });

  for (const [what, text] of [
    ["text that is no cursor", "hello"],
    ["a cursor of another list", encodeCursor(["other", "x"])],
    ["a position with a part too many", encodeCursor(["path", "x", "y"])],
    ["text of any length", encodeCursor(["path", "x".repeat(10_000)])],
  ] as const) {
    it(`refuses ${what} and says where a cursor comes from`, () => {
      const issues = CURSOR.safeParse(text).error?.issues ?? [];
      expect(issues.map(({ message }) => message)).to.deep.equal([
        "must be the next_cursor of an earlier answer to the same question",
      ]);
    });
  }

  it("leads on only when there is more", () => {
    expect(pageOf([1, 2, 3], 2, positionOf)).to.deep.equal({
      page: [1, 2],
      next_cursor: encodeCursor([2]),
    });
    expect(pageOf([1, 2], 2, positionOf)).to.deep.equal({ page: [1, 2], next_cursor: null });
    expect(pageOf([], 2, positionOf)).to.deep.equal({ page: [], next_cursor: null });
  });
});
