/** What the system knows about a process that we may not have started: `/proc` on Linux, `ps` elsewhere. */
import { readFile, readlink } from "node:fs/promises";
import { runProgram } from "./run-program.ts";

/** Whether a process with this number exists, whoever it belongs to. A zombie counts as one. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The number of the process that started it, or that inherited it; undefined when there is no such process. */
export async function parentOf(pid: number): Promise<number | undefined> {
  if (process.platform !== "linux") {
    const parent = await ps(pid, "ppid=");
    return parent === undefined ? undefined : Number(parent);
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // «pid (name) state parent …», where the name itself may hold blanks and parentheses.
  const parent = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
  return parent === undefined ? undefined : Number(parent);
}

/** The program and its arguments with blanks between; undefined when there is no such process, or for a zombie. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (process.platform !== "linux") return ps(pid, "args=");
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return line === "" ? undefined : line.replaceAll("\0", " ").trim();
}

/** Whether the process is a Postgres server on that data directory, which must be given without symbolic links. */
export async function isPostgresOn(data: string, pid: number): Promise<boolean> {
  if (process.platform !== "linux") {
    return (await commandLineOf(pid))?.includes(data) ?? false;
  }
  // A server works in its data directory, also after the directory was renamed. A zombie works nowhere.
  return (await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === data;
}

async function ps(pid: number, column: string): Promise<string | undefined> {
  const { succeeded, output } = await runProgram("ps", ["-o", column, "-p", String(pid)]);
  return succeeded ? output : undefined;
}
