import { spawn } from "node:child_process";
import { asAccount, type Account } from "./account.ts";

export interface ProgramResult {
  readonly succeeded: boolean;
  /** What it wrote to stdout and stderr, or why it could not be started. */
  readonly output: string;
}

export interface ProgramOptions {
  readonly account?: Account | undefined;
  readonly environment?: NodeJS.ProcessEnv;
  /** Milliseconds after which the program is killed and counts as failed. */
  readonly timeout?: number;
}

/** Runs a program to its end with nothing on stdin. Never rejects: a program that cannot be started has failed. */
export function runProgram(
  command: string,
  args: readonly string[],
  { account, environment = process.env, timeout }: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      // The working directory may be one that the account cannot enter.
      cwd: "/",
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      ...asAccount(account),
      ...(timeout === undefined ? {} : { timeout, killSignal: "SIGKILL" as const }),
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.once("error", (error) => resolve({ succeeded: false, output: error.message }));
    child.once("close", (code) => resolve({ succeeded: code === 0, output: output.trim() }));
  });
}
