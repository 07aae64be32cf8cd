import { spawn } from "node:child_process";
import { Socket } from "node:net";
import { asAccount, CLEAN_ENVIRONMENT, type Account } from "./account.ts";

/**
 * Sends `signal` to the process `pid` when this process dies without having stopped it: by `kill -9`, by a crash,
 * or because the terminal was closed. A tiny shell waits at the end of a pipe that only we hold; our death closes it.
 *
 * @returns a function that dismisses the guard, to be called as soon as the guarded process has ended
 */
export function guardOrphan(
  pid: number,
  signal: NodeJS.Signals,
  account: Account | undefined,
): () => void {
  const script = 'read -r _; kill -s "$1" "$2"';
  const guard = spawn("/bin/sh", ["-c", script, "sh", signal.replace("SIG", ""), String(pid)], {
    cwd: "/",
    env: CLEAN_ENVIRONMENT,
    // A session of its own: Ctrl-C and the end of a terminal must not take the guard away first.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    ...asAccount(account),
  });
  // Without a guard all still works, except that an orphan is left to the next start.
  guard.on("error", () => undefined);
  guard.stdin.on("error", () => undefined);
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return () => {
    guard.kill("SIGKILL");
  };
}
