import { spawnSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const BIN = fileURLToPath(new URL("../bin/tallyman.js", import.meta.url));

/** A compiler that makes the program print 2, unless the sources cannot be compiled. */
const COMPILER = `
const { existsSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const root = process.argv[3];
if (existsSync(join(root, "broken"))) process.exit(1);
writeFileSync(join(root, "apps/cli/dist/main.js"), "process.stdout.write('2')");`;

const [EARLIER, LATER] = [new Date("2026-11-20T10:00:00Z"), new Date("2026-11-20T11:00:00Z")];

describe("bin/tallyman.js", () => {
  let root: string;

  const write = async (path: string, text: string, time: Date = EARLIER): Promise<void> => {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await utimes(file, time, time);
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "tallyman-bin-"));
    await write("package.json", '{"type":"module"}');
    await write("node_modules/typescript/package.json", "{}");
    await write("node_modules/typescript/bin/tsc", COMPILER);
    await write("apps/cli/src/main.ts", "");
    await write("packages/events/src/deep/event.ts", "");
    await write("apps/cli/dist/main.js", "process.stdout.write('1')");
    for (const room of ["apps/cli", "packages/events"]) {
      await write(`${room}/dist/.tsbuildinfo`, "{}", LATER);
    }
    await mkdir(join(root, "apps/cli/bin"));
    await cp(BIN, join(root, "apps/cli/bin/tallyman.js"));
    await chmod(join(root, "apps/cli/bin/tallyman.js"), 0o755);
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  function tallyman(...args: string[]) {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "apps/cli/bin/tallyman.js"), ...args],
      { env: {}, encoding: "utf8" },
    );
    return { stdout, stderr };
  }

  it("runs what is built, as long as no source is newer", async () => {
    expect(tallyman("report")).to.deep.equal({ stdout: "1", stderr: "" });
    await write("packages/events/src/event.test.ts", "", new Date());
    expect(tallyman("report")).to.deep.equal({ stdout: "1", stderr: "" });
  });

  it("builds again when any room's source is newer, once, and says so on stderr", async () => {
    await write("packages/events/src/deep/event.ts", "", new Date());
    const { stdout, stderr } = tallyman("report");
    expect(stdout).to.equal("2");
    expect(stderr).to.contain("building");
    expect(tallyman("report")).to.deep.equal({ stdout: "2", stderr: "" });
  });

  it("does not build for a press of the tab key", async () => {
    await write("apps/cli/src/main.ts", "", new Date());
    expect(tallyman("complete", "--", "").stdout).to.equal("1");
  });

  it("runs what was built before when building fails, and says what to do", async () => {
    await write("apps/cli/src/main.ts", "", new Date());
    await write("broken", "");
    const { stdout, stderr } = tallyman("report");
    expect(stdout).to.equal("1");
    expect(stderr).to.contain("npm ci && npm run build");
  });

  it("runs without sources and without a compiler, as in the image", async () => {
    await rm(join(root, "packages"), { recursive: true });
    await rm(join(root, "apps/cli/src"), { recursive: true });
    await rm(join(root, "node_modules"), { recursive: true });
    expect(tallyman("report")).to.deep.equal({ stdout: "1", stderr: "" });
  });
});
