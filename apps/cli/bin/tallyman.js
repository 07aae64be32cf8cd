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

/** Settings that say which Tallyman is meant; with any of them nothing is taken from elsewhere. */
const PLACES = ["DATABASE_URL", "QUEUE_URL", "NOTIFICATION_SECRETS"];

/** Whoever names no Tallyman means the one of `npm start` in this directory, where there was one. */
function meanLocalOne() {
  const named =
    PLACES.some((name) => process.env[name] || process.env[`${name}_FILE`]) ||
    process.argv.some((word) => /^--database-url(=|$)/.test(word));
  const settings = fileURLToPath(new URL("../../../.tallyman/environment", import.meta.url));
  if (named || !existsSync(settings)) return;
  process.loadEnvFile(settings);
  // Whoever asks for help or presses the tab key is not to be told.
  const silent = process.argv[2] === "complete" || process.argv[2] === "completion";
  if (silent || process.argv.includes("--help")) return;
  process.stderr.write(
    "tallyman: DATABASE_URL is not set; this is about what npm start runs here\n",
  );
}

if (existsSync(program) || buildOnce()) {
  meanLocalOne();
  await import(program.href);
} else {
  process.stderr.write("tallyman could not be built. Run: npm ci && npm run build\n");
  process.exitCode = 1;
}
