#!/usr/bin/env node
// The program is compiled TypeScript. This file is not, so that it is there after `npm ci` and can tell what is missing.
import { existsSync } from "node:fs";
import process from "node:process";

const program = new URL("../dist/main.js", import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write("tallyman is not built yet. Run: npm run build\n");
  process.exitCode = 1;
}
