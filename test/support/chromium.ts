import { chromium, type Browser } from "playwright-core";
import { toolFromTestRun } from "./environment.ts";

/** As root a browser has no sandbox, and a test needs nothing of what it would fetch for itself. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the Chromium of this machine without a window. */
export function launchChromium(tool: {
  readonly command: string;
  readonly args: readonly string[];
}): Promise<Browser> {
  const args = [...tool.args, ...FLAGS];
  return chromium.launch({ executablePath: tool.command, args, headless: true });
}

let shared: Promise<Browser> | undefined;

/** One browser for all tests of a run; every test opens a context of its own, which shares nothing with others. */
export function testBrowser(): Promise<Browser> {
  shared ??= launchChromium(toolFromTestRun("TALLYMAN_TEST_CHROMIUM"));
  return shared;
}

/** Ends it, when there is one. */
export async function closeTestBrowser(): Promise<void> {
  await (await shared)?.close();
}
