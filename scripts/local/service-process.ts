import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { asAccount, type Account } from "./account.ts";
import { dockerContainer } from "./docker-container.ts";
import { guardOrphan } from "./orphan-guard.ts";

export interface ServiceProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The file that stdout and stderr are appended to; without one they go where ours go. */
  readonly log?: string;
  /** Is given each line of stdout and stderr, instead of a log. */
  readonly onLine?: (line: string) => void;
  readonly cwd?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly account?: Account | undefined;
  /** What the process is sent if we die without stopping it. */
  readonly orphanSignal: NodeJS.Signals;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StopStep {
  readonly signal: NodeJS.Signals;
  /** Milliseconds that the process gets before the next step. */
  readonly grace: number;
}

export interface ServiceProcess {
  readonly pid: number;
  /** When it has ended, and everything it has written was given to `onLine`. Never rejects. */
  readonly ended: Promise<Ending>;
  /** How it ended, or undefined while it runs. */
  ending(): Ending | undefined;
  /** Sends the signals in turn until the process has ended, and SIGKILL when they were in vain. Idempotent. */
  stop(steps: readonly StopStep[]): Promise<void>;
}

/**
 * Starts a program that runs beside us until it is stopped. It gets a session of its own, so that Ctrl-C in the
 * terminal reaches us alone and we decide what stops when. Rejects when the program cannot be started at all.
 */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const { command, log, account } = options;
  const container = dockerContainer(command, options.args);
  const destination = options.onLine === undefined ? "inherit" : "pipe";
  const output = log === undefined ? destination : openSync(log, "a");
  const child = spawn(command, container?.args ?? options.args, {
    cwd: options.cwd ?? "/",
    env: options.environment ?? process.env,
    detached: true,
    stdio: ["ignore", output, output],
    ...asAccount(account),
  });
  if (typeof output === "number") closeSync(output);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null || options.onLine === undefined) continue;
    createInterface({ input: stream }).on("line", options.onLine);
  }

  let ending: Ending | undefined;
  const ended = new Promise<Ending>((resolve) => {
    // A process can be gone while its last lines are still on their way.
    child.once(options.onLine === undefined ? "exit" : "close", (code, signal) =>
      resolve((ending = { code, signal })),
    );
  });
  await new Promise((resolve, reject) => {
    child.once("spawn", resolve).once("error", reject);
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} started without a process id`);
  const dismissGuard = guardOrphan(pid, options.orphanSignal, account);
  void ended.then(dismissGuard);

  const send = async (signal: NodeJS.Signals): Promise<void> => {
    if (signal === "SIGKILL") await container?.kill();
    // SIGKILL cannot be passed on to children, so it goes to the whole group, which the process leads.
    const runs = child.exitCode === null && child.signalCode === null;
    if (runs) process.kill(signal === "SIGKILL" ? -pid : pid, signal);
  };
  const endsWithin = async (milliseconds: number): Promise<boolean> => {
    const timer = new AbortController();
    const timeout = delay(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([ended, timeout]);
    timer.abort();
    return ending !== undefined;
  };
  const runSteps = async (steps: readonly StopStep[]): Promise<void> => {
    for (const { signal, grace } of [...steps, { signal: "SIGKILL" as const, grace: 10_000 }]) {
      if (ending !== undefined) return;
      await send(signal);
      if (await endsWithin(grace)) return;
    }
    throw new Error(`process ${pid} (${command}) is still there after SIGKILL`);
  };

  let stopping: Promise<void> | undefined;
  return {
    pid,
    ended,
    ending: () => ending,
    stop: (steps) => (stopping ??= runSteps(steps)),
  };
}

/** «exit code 1» or «SIGKILL», for messages. */
export function describeEnding({ code, signal }: Ending): string {
  return signal ?? `exit code ${code}`;
}
