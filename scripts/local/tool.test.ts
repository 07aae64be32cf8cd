import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { findTool } from "./tool.ts";

describe("findTool", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-tool-"));
  });

  afterEach(() => rm(directory, { recursive: true }));

  async function program(folder: string, name: string, mode = 0o755): Promise<string> {
    await mkdir(join(directory, folder), { recursive: true });
    const path = join(directory, folder, name);
    await writeFile(path, "#!/bin/sh\n");
    await chmod(path, mode);
    return path;
  }

  it("finds a program on the PATH before one in a well-known directory", async () => {
    const onPath = await program("path", "skopeo");
    await program("known", "skopeo");
    const tool = findTool("skopeo", `/absent:${join(directory, "path")}`, [
      join(directory, "known"),
    ]);
    expect(tool).to.deep.equal({ command: onPath, args: [] });
  });

  it("prefers the newest Postgres", async () => {
    await program("9.6/bin", "postgres");
    const newest = await program("15/bin", "postgres");
    expect(findTool("postgres", "", [`${directory}/*/bin`])?.command).to.equal(newest);
  });

  it("takes Valkey where there is no Redis", async () => {
    const valkey = await program("path", "valkey-server");
    expect(findTool("redis-server", join(directory, "path"), [])?.command).to.equal(valkey);
    const redis = await program("known", "redis-server");
    const known = [join(directory, "known")];
    expect(findTool("redis-server", join(directory, "path"), known)?.command).to.equal(redis);
  });

  it("finds nothing in what is not a program", async () => {
    await mkdir(join(directory, "path", "skopeo"), { recursive: true });
    await program("known", "skopeo", 0o644);
    const known = [join(directory, "known"), "/absent/*/bin"];
    expect(findTool("skopeo", join(directory, "path"), known)).to.equal(undefined);
  });
});
