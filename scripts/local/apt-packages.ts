import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { runProgram } from "./run-program.ts";

const APT_GET = "/usr/bin/apt-get";

/** Asked by the maintainer scripts of packages before they start or stop a service. */
const POLICY = "/usr/sbin/policy-rc.d";

/** Whether this is Debian or Ubuntu, and we are root. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && existsSync(APT_GET);
}

/**
 * Installs packages of Debian or Ubuntu without starting the services that come with them.
 *
 * @returns in one line why it failed, or undefined
 */
export async function installPackages(packages: readonly string[]): Promise<string | undefined> {
  const keepsPolicy = await forbidServices();
  try {
    // When this fails, the lists that are there may do.
    await aptGet(["update"]);
    const { succeeded, output } = await aptGet([
      "install",
      "--yes",
      "--no-install-recommends",
      ...packages,
    ]);
    const lines = output.split("\n");
    return succeeded ? undefined : (lines.find((line) => line.startsWith("E: ")) ?? lines.at(-1));
  } finally {
    if (!keepsPolicy) await rm(POLICY, { force: true });
  }
}

function aptGet(args: readonly string[]): ReturnType<typeof runProgram> {
  // Another apt-get may be at work, for instance the daily one.
  return runProgram(APT_GET, ["-o", "DPkg::Lock::Timeout=120", ...args], {
    environment: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
  });
}

/**
 * Makes services stay off while we install, unless the machine has a policy of its own. Should we be killed before we
 * remove the file, it forbids nothing any more: it speaks for as long as our process is there.
 *
 * @returns whether there was a policy before
 */
async function forbidServices(): Promise<boolean> {
  const script = `#!/bin/sh\nkill -0 ${process.pid} 2>/dev/null || exit 0\nexit 101\n`;
  try {
    await writeFile(POLICY, script, { flag: "wx", mode: 0o755 });
    return false;
  } catch {
    return true;
  }
}
