import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { buildDirectory } from "./build-directory.ts";
import { runProgram } from "./run-program.ts";

describe("buildDirectory", () => {
  let parent: string;
  let directory: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "tallyman-build-"));
    directory = join(parent, "built");
  });

  afterEach(() => rm(parent, { recursive: true }));

  it("builds a directory once", async () => {
    await buildDirectory(directory, buildWith("first"));
    await buildDirectory(directory, buildWith("second"));
    expect(await readFile(join(directory, "file"), "utf8")).to.equal("first");
  });

  it("leaves nothing when the building fails", async () => {
    const attempt = buildDirectory(directory, async (partial) => {
      await buildWith("half")(partial);
      throw new Error("no space left");
    });
    expect(await attempt.catch(String)).to.equal("Error: no space left");
    expect(await readdir(parent)).to.deep.equal([]);
  });

  it("keeps what the first of two has built", async () => {
    await buildDirectory(directory, async (partial) => {
      await buildWith("slower")(partial);
      await buildWith("faster")(directory);
    });
    expect(await readFile(join(directory, "file"), "utf8")).to.equal("faster");
    expect(await readdir(parent)).to.deep.equal(["built"]);
  });

  it("removes what a killed builder has left, and nothing of one that is at work", async () => {
    const { output: deadProcess } = await runProgram("/bin/sh", ["-c", "echo $$"]);
    await buildWith("half")(`${directory}.partial-${deadProcess}`);
    await buildWith("half")(`${directory}.partial-${process.ppid}`);
    await buildDirectory(directory, buildWith("whole"));
    expect(await readdir(parent)).to.have.members(["built", `built.partial-${process.ppid}`]);
  });
});

function buildWith(content: string): (partial: string) => Promise<void> {
  return async (partial) => {
    await mkdir(partial);
    await writeFile(join(partial, "file"), content);
  };
}
