import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { importedModules } from "./imported-modules.ts";

describe("importedModules", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tallyman-modules-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const write = async (name: string, ...lines: readonly string[]): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), lines.join("\n"));
  };

  it("finds every module once, however it is imported and however deep it lies", async () => {
    await write(
      "main.js",
      'import { a } from "./a.js";',
      'import * as b from "./parts/b.js";',
      'import "./effect.js";',
    );
    await write("a.js", "import {", "  c,", '} from "./parts/c.js";', 'export * from "./d.js";');
    await write("parts/b.js", 'import main from "../main.js";', 'import { c } from "./c.js";');
    await write("parts/c.js", 'export const text = "./no-module.js";', "// import nothing");
    await write("d.js", 'const lazily = () => import("./later.js");');
    await write("effect.js", 'import { join } from "elsewhere";');
    await write("unused.js", 'import "./main.js";');
    expect(importedModules(folder, "main.js")).to.deep.equal([
      "a.js",
      "parts/b.js",
      "effect.js",
      "parts/c.js",
      "d.js",
    ]);
  });
});
