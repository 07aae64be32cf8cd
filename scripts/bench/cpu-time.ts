import { readdir, readFile } from "node:fs/promises";

/** Clock ticks per second in /proc; the kernel's interface fixes it at 100. */
const TICKS_PER_SECOND = 100;

/**
 * Seconds of CPU that a process has used so far, over all its threads; NaN where the system does not tell (not Linux).
 * Unlike a rate it hardly suffers from what else runs on the machine.
 */
export async function cpuSeconds(pid: number): Promise<number> {
  return (await readTimes(pid))?.own ?? Number.NaN;
}

/** The same of a process and all its children, those included that have ended: of Postgres with its backends. */
export async function familyCpuSeconds(pid: number): Promise<number> {
  const pids = await readdir("/proc").catch(() => []);
  const all = await Promise.all(pids.filter((name) => /^\d+$/.test(name)).map(readTimes));
  const parent = await readTimes(pid);
  if (parent === undefined) return Number.NaN;
  return all
    .filter((times) => times?.parent === pid)
    .reduce((sum, times) => sum + (times?.own ?? 0), parent.own + parent.endedChildren);
}

interface Times {
  readonly parent: number;
  /** Seconds. */
  readonly own: number;
  readonly endedChildren: number;
}

async function readTimes(pid: number | string): Promise<Times | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  // The program's name stands in parentheses and may hold spaces.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = (at: number): number => Number(fields[at]);
  return {
    parent: ticks(1),
    own: (ticks(11) + ticks(12)) / TICKS_PER_SECOND,
    endedChildren: (ticks(13) + ticks(14)) / TICKS_PER_SECOND,
  };
}
