import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Milliseconds that a program gets to say that it is ready, and to end when told to. */
const READY_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 10_000;

/**
 * Starts one of the benchmark's own programs as a process of its own. It ends by itself when we die, because the
 * channel between us then closes.
 *
 * @param path relative to this directory
 * @returns the process after it has sent its first message, and that message
 */
export async function startChildProgram(
  path: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly child: ChildProcess; readonly ready: unknown }> {
  const child = fork(fileURLToPath(new URL(path, import.meta.url)), {
    execArgv: ["--import", "tsx", "--conditions=source"],
    serialization: "advanced",
    env: { ...process.env, NODE_ENV: "production", ...environment },
  });
  const deadline = setTimeout(() => child.kill("SIGKILL"), READY_DEADLINE_MS);
  const ended = once(child, "exit").then(([code, signal]: unknown[]) => {
    throw new Error(
      `${path} ended with ${String(signal ?? code)} before it was ready; see what it wrote above`,
    );
  });
  try {
    const [ready] = (await Promise.race([once(child, "message"), ended])) as unknown[];
    return { child, ready };
  } finally {
    clearTimeout(deadline);
    ended.catch(() => undefined);
  }
}

/** Ends a program: SIGTERM, and SIGKILL when it does not go. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  const deadline = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
  child.kill("SIGTERM");
  // A stopped process does not see SIGTERM.
  child.kill("SIGCONT");
  await ended;
  clearTimeout(deadline);
}
