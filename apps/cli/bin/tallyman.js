#!/usr/bin/env node
// The program is compiled TypeScript. This file is not, so that it is there after `npm ci` and can build the rest.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const program = new URL("../dist/main.js", import.meta.url);
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Whoever asks for help or the version, or presses the tab key, is not to be told, nor to wait. */
const silent =
  ["complete", "completion", "help"].includes(process.argv[2] ?? "help") ||
  process.argv.some((word) => ["--help", "-h", "--version", "-V"].includes(word));

/**
 * Compiles all programs; the doctor asks the others too.
 *
 * @returns whether that went well
 */
function build() {
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
  return status === 0;
}

function buildFirstTime() {
  process.stderr.write("tallyman: building, this first time only …\n");
  return build() && existsSync(program);
}

/** @returns when a program's source was last changed, in milliseconds */
function newestSource(directory) {
  return Math.max(
    0,
    ...readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .map((name) => statSync(join(directory, name)).mtimeMs),
  );
}

/** After `git pull` the sources are newer than what was built of them. Where there are no sources, nothing is. */
function rebuildWhenOlder() {
  const builds = [join(root, "apps"), join(root, "packages")]
    .filter((rooms) => existsSync(rooms))
    .flatMap((rooms) => readdirSync(rooms).map((room) => join(rooms, room)))
    .map((room) => ({ sources: join(room, "src"), record: join(room, "dist", ".tsbuildinfo") }))
    .filter(({ sources, record }) => existsSync(sources) && existsSync(record));
  if (!builds.some(({ sources, record }) => newestSource(sources) > statSync(record).mtimeMs)) {
    return;
  }
  process.stderr.write("tallyman: the sources have changed; building …\n");
  if (build()) {
    // The compiler leaves the record of what came out the same, and would be asked every time.
    const now = new Date();
    for (const { record } of builds) {
      try {
        utimesSync(record, now, now);
      } catch {
        // Somebody else's file: asked every time then.
      }
    }
  } else {
    process.stderr.write(
      "tallyman: that failed, so this is the program from before. Run: npm ci && npm run build\n",
    );
  }
}

/** Settings that say which Tallyman is meant; with any of them nothing is taken from elsewhere. */
const PLACES = ["DATABASE_URL", "QUEUE_URL", "NOTIFICATION_SECRETS"];

/** Whoever names no Tallyman means the one of `npm start` in this directory, where there was one. */
function meanLocalOne() {
  const named =
    PLACES.some((name) => process.env[name] || process.env[`${name}_FILE`]) ||
    process.argv.some((word) => /^--database-url(=|$)/.test(word));
  const settings = join(root, ".tallyman", "environment");
  if (named || !existsSync(settings)) return;
  // Empty means absent, here as everywhere; the file would not be let past it.
  for (const name of PLACES) if (!process.env[name]) delete process.env[name];
  process.loadEnvFile(settings);
  process.env["TALLYMAN_OF_NPM_START"] = "true";
  if (silent) return;
  process.stderr.write(
    "tallyman: DATABASE_URL is not set; this is about what npm start runs here\n",
  );
}

const built = existsSync(program);
if (built && !silent) rebuildWhenOlder();
if (built || buildFirstTime()) {
  meanLocalOne();
  await import(program.href);
} else {
  process.stderr.write("tallyman could not be built. Run: npm ci && npm run build\n");
  process.exitCode = 1;
}
