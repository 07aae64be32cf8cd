import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { eventually } from "./eventually.ts";

const DIRECTORY = fileURLToPath(new URL(".", import.meta.url));

/** A TypeScript program of this directory that runs in a process of its own. */
export interface RunningProgram {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until stdout has the text. */
  says(text: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Exit code and signal, when it has ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Runs a program with no more environment than it is given. */
export function runNode(
  program: string,
  args: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
): RunningProgram {
  const child = spawn(
    process.execPath,
    ["--import=tsx", "--conditions=source", DIRECTORY + program, ...args],
    { env: { PATH: process.env["PATH"], ...environment }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    says: (text) => eventually(`${program} says ${text}`, () => stdout.includes(text)),
    signal: (signal) => void child.kill(signal),
    ended: once(child, "close").then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    })),
  };
}
