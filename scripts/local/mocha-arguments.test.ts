import { expect } from "chai";
import { namesTestFiles } from "./mocha-arguments.ts";

describe("namesTestFiles", () => {
  it("finds a test file or a pattern among the arguments", () => {
    expect(namesTestFiles(["--bail", "scripts/local/tool.test.ts"])).to.equal(true);
    expect(namesTestFiles(["apps/*/src/**/*.test.ts"])).to.equal(true);
  });

  it("leaves the usual patterns in place when only options are given", () => {
    expect(namesTestFiles([])).to.equal(false);
    expect(namesTestFiles(["--grep", "counts a pull once", "--bail"])).to.equal(false);
    expect(namesTestFiles(["--require", "test/support/hooks.ts"])).to.equal(false);
  });
});
