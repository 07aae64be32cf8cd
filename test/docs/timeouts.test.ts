import { readFileSync } from "node:fs";
import { expect } from "chai";
import {
  finder,
  RELATIONS,
  renderTimeouts,
  TIMEOUTS_PAGE,
  timeouts,
} from "../../scripts/timeouts.ts";

describe("docs/timeouts.md", () => {
  it("is what the sources say; npm run docs:timeouts writes it anew", async () => {
    expect(readFileSync(TIMEOUTS_PAGE, "utf8")).to.equal(await renderTimeouts());
  });

  it("has a reason for each, from the comment on its constant", () => {
    const without = timeouts().filter(({ reason }) => reason === "");
    expect(without).to.deep.equal([]);
  });

  for (const { text, holds } of RELATIONS) {
    it(`is right about this: ${text}`, () => {
      expect(holds(finder(timeouts()))).to.equal(true);
    });
  }
});
