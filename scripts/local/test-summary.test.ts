import { expect } from "chai";
import { summarizeTests } from "./test-summary.ts";

describe("summarizeTests", () => {
  it("counts what passed and what failed", () => {
    const stats = JSON.stringify({ suites: 2, tests: 3, passes: 2, pending: 0, failures: 1 });
    expect(summarizeTests(stats)).to.equal("2 passed, 1 failed");
  });

  it("mentions skipped tests only when there are some", () => {
    const stats = JSON.stringify({ suites: 2, tests: 3, passes: 2, pending: 1, failures: 0 });
    expect(summarizeTests(stats)).to.equal("2 passed, 0 failed, 1 skipped");
  });

  it("refuses what mocha has not written", () => {
    expect(() => summarizeTests("{}")).to.throw("not the stats of a mocha run");
  });
});
