import { readFileSync } from "node:fs";
import { expect } from "chai";
import { PROMISE } from "../../scripts/chaos/promise.ts";
import { SCENARIOS } from "../../scripts/chaos/scenarios/index.ts";

const ROOT = new URL("../../", import.meta.url);

const read = (file: string): string => readFileSync(new URL(file, ROOT), "utf8");

/** Whether a file has a test of that title. */
function hasTest(file: string, title: string): boolean {
  const text = read(file);
  return [`it("${title}"`, `it(\`${title}\``].some((call) => text.includes(call));
}

describe("docs/security.md", () => {
  const text = read("docs/security.md");
  const proofs = Array.from(text.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+\.ts)\)/g));

  it("names tests that are there", () => {
    expect(proofs.length).to.be.above(40);
    for (const [, title = "", file = ""] of proofs) {
      expect(hasTest(file, title), `${file}: ${title}`).to.equal(true);
    }
  });
});

describe("the promise in docs/reliability.md", () => {
  it("names faults and tests that are there", () => {
    const known = SCENARIOS.map(({ name }) => name);
    for (const { sentence, faults, tests } of PROMISE) {
      expect(faults.length + tests.length, sentence).to.be.above(0);
      for (const fault of faults) expect(known).to.include(fault);
      for (const [file, title] of tests) {
        expect(hasTest(file, title), `${file}: ${title}`).to.equal(true);
      }
    }
  });
});

describe("what Tallyman is made of", () => {
  it("is locked by a hash, every package of it", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { link?: boolean; integrity?: string }>;
    };
    const foreign = Object.entries(packages).filter(
      ([path, { link }]) => path.includes("node_modules/") && link !== true,
    );
    expect(foreign.length).to.be.above(100);
    for (const [path, { integrity }] of foreign) {
      expect(integrity, path).to.match(/^sha512-/);
    }
  });

  it("runs no scripts of packages when the image is built", () => {
    const installs = read("Dockerfile").match(/npm ci [^\n]*/g) ?? [];
    expect(installs.length).to.be.above(0);
    for (const install of installs) expect(install).to.include("--ignore-scripts");
  });
});
