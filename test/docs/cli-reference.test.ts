import { readFileSync } from "node:fs";
import { expect } from "chai";
import { CLI_REFERENCE, commandPaths, renderCliReference } from "../../scripts/cli-reference.ts";
import { runTallyman } from "../support/run-tallyman.ts";

describe("docs/cli-reference.md", () => {
  it("is what the commands say; npm run docs:cli writes it anew", async () => {
    expect(readFileSync(CLI_REFERENCE, "utf8")).to.equal(await renderCliReference());
  });

  it("has examples for every command that does something", async () => {
    const paths = commandPaths().map((path) => path.join(" "));
    const leaves = paths.filter((path) => !paths.some((other) => other.startsWith(`${path} `)));
    expect(leaves.length).to.be.greaterThan(10);
    for (const path of leaves) {
      const { code, out } = await runTallyman(`${path} --help`, {});
      expect([path, code]).to.deep.equal([path, 0]);
      expect(out, path).to.match(/Examples?:\n {2}\$ /);
    }
  });
});
