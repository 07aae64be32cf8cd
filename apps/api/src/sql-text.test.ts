import { expect } from "chai";
import { count, withCounts } from "./sql-text.ts";

describe("counts in JSON", () => {
  it("are numbers as long as a number holds them exactly", () => {
    expect(count("0")).to.equal(0);
    expect(count("9007199254740991")).to.equal(9_007_199_254_740_991);
    expect(count("9007199254740993")).to.equal("9007199254740993");
  });

  it("replace the named columns of a row and no other", () => {
    expect(withCounts({ tag: "7", pulls: "7" }, ["pulls"])).to.deep.equal({ tag: "7", pulls: 7 });
  });
});
