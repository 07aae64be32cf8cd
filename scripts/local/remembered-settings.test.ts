import { chmod, cp, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { rememberedSettings, rememberSettings } from "./remembered-settings.ts";

const BIN = fileURLToPath(new URL("../../apps/cli/bin/tallyman.js", import.meta.url));

const SETTINGS = {
  DATABASE_URL: "postgres://me:p%23w#d@127.0.0.1:5432/tallyman?options=-c%20role%3D$x",
  NOTIFICATION_SECRETS: "default=a-secret-of-the-harbour",
};

/** Prints what the program would work with. */
const PROGRAM = `const { DATABASE_URL = "none", QUEUE_URL = "none" } = process.env;
process.stdout.write(DATABASE_URL + " " + QUEUE_URL);`;

describe("the settings that npm start leaves behind", () => {
  let root: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "tallyman-settings-"));
    for (const folder of [".tallyman", "apps/cli/bin", "apps/cli/dist"]) {
      await mkdir(join(root, folder), { recursive: true });
    }
    await writeFile(join(root, "package.json"), '{"type":"module"}');
    await writeFile(join(root, "apps/cli/dist/main.js"), PROGRAM);
    await cp(BIN, join(root, "apps/cli/bin/tallyman.js"));
    await chmod(join(root, "apps/cli/bin/tallyman.js"), 0o755);
    await rememberSettings(join(root, ".tallyman"), SETTINGS);
  });

  after(() => rm(root, { recursive: true, force: true }));

  /** Runs the program in an environment that holds nothing but this. */
  function tallyman(args: readonly string[], environment: Record<string, string>) {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "apps/cli/bin/tallyman.js"), ...args],
      { env: environment, encoding: "utf8" },
    );
    return { stdout, stderr };
  }

  it("are read as they were written, and by nobody else", async () => {
    expect(await rememberedSettings(join(root, ".tallyman"))).to.deep.equal(SETTINGS);
    expect((await stat(join(root, ".tallyman/environment"))).mode & 0o077).to.equal(0);
  });

  it("are nothing where nothing was started", async () => {
    expect(await rememberedSettings(join(root, "elsewhere"))).to.deep.equal({});
  });

  it("are the command line's when it has none of its own, and it says so", () => {
    const { stdout, stderr } = tallyman(["report"], {});
    expect(stdout).to.equal(`${SETTINGS.DATABASE_URL} none`);
    expect(stderr).to.contain("npm start").and.to.contain("DATABASE_URL");
  });

  it("are the command line's when its own are there and empty, as a file of settings leaves them", () => {
    const { stdout } = tallyman(["report"], { DATABASE_URL: "", QUEUE_URL: "" });
    expect(stdout).to.equal(`${SETTINGS.DATABASE_URL} none`);
  });

  it("are not told of when somebody asks for help or the version", () => {
    for (const args of [[], ["--help"], ["-h"], ["help", "report"], ["top", "-h"]]) {
      expect(tallyman(args, {}).stderr).to.equal("");
    }
    for (const args of [["--version"], ["-V"]]) expect(tallyman(args, {}).stderr).to.equal("");
  });

  it("are left alone when the command line has any of its own, so that two places never mix", () => {
    const own = "postgres://somewhere/else";
    expect(tallyman(["report"], { DATABASE_URL: own }).stdout).to.equal(`${own} none`);
    const queue = "redis://somewhere:6379";
    expect(tallyman(["doctor"], { QUEUE_URL: queue }).stdout).to.equal(`none ${queue}`);
    for (const args of [
      ["report", "--database-url", own],
      ["report", `--database-url=${own}`],
    ]) {
      expect(tallyman(args, {})).to.deep.equal({ stdout: "none none", stderr: "" });
    }
    expect(tallyman(["report"], { DATABASE_URL_FILE: "/run/secrets/url" }).stdout).to.equal(
      "none none",
    );
  });
});
