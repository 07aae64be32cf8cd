#!/usr/bin/env node
// The program is compiled TypeScript. This file is not, so that it is there after `npm ci` and can build the rest.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const program = new URL("../dist/main.js", import.meta.url);

/** @returns whether the program is there now */
function buildOnce() {
  process.stderr.write("tallyman: building, this first time only …\n");
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  let compiler;
  try {
    const found = createRequire(import.meta.url).resolve("typescript/package.json");
    compiler = join(dirname(found), "bin", "tsc");
  } catch {
    return false;
  }
  // What the compiler says goes to stderr: stdout is for the answer.
  const { status } = spawnSync(process.execPath, [compiler, "-b", root], {
    stdio: ["ignore", 2, 2],
  });
  return status === 0 && existsSync(program);
}

if (existsSync(program) || buildOnce()) {
  await import(program.href);
} else {
  process.stderr.write("tallyman could not be built. Run: npm ci && npm run build\n");
  process.exitCode = 1;
}
