/**
 * A Postgres may still run on the data directory: another `npm start` works there at this moment, or one was killed
 * together with the guard that should have stopped its Postgres.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { commandLineOf, isPostgresOn, parentOf, processExists } from "./process-table.ts";

/** Milliseconds that a leftover gets for its shutdown, whose checkpoint may have much to write. */
const SHUTDOWN_TIMEOUT = 60_000;

/** A setting that means nothing to Postgres and tells on its command line which process started it. */
export const STARTER_SETTING = "tallyman.starter";

/**
 * Clears the way for a Postgres on this data directory: stops one whose starter is gone, and rejects when the starter
 * lives. Answers what the environment of the new Postgres needs on top.
 */
export async function stopLeftoverPostmaster(
  data: string,
  report: (line: string) => void,
): Promise<NodeJS.ProcessEnv> {
  const lockFile = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(lockFile, 10);
  // Postgres itself deals with a lock file whose process is gone.
  if (Number.isNaN(pid) || !processExists(pid)) return {};
  // After a reboot the number may belong to anything. Postgres takes a process that it is told is its grandparent for
  // no rival; it still looks whether somebody uses the shared memory that the lock file names.
  if (!(await isPostgresOn(data, pid))) return { PG_GRANDPARENT_PID: String(pid) };

  const starter = await starterOf(pid);
  // A process whose starter is gone has been given another parent.
  if (starter !== undefined && (await parentOf(pid)) === starter) {
    throw new Error(
      `Postgres already runs on ${data} (process ${pid}, started by process ${starter}). ` +
        `Stop that one first: kill -INT ${starter}`,
    );
  }
  report(`stopping Postgres (process ${pid}), which a killed process left behind on ${data}`);
  // Its fast shutdown: it ends sessions and writes everything.
  process.kill(pid, "SIGINT");
  for (const deadline = Date.now() + SHUTDOWN_TIMEOUT; await isPostgresOn(data, pid);) {
    if (Date.now() > deadline) {
      throw new Error(`Postgres (process ${pid}) does not stop. Stop it: kill -QUIT ${pid}`);
    }
    await delay(50);
  }
  return {};
}

async function starterOf(pid: number): Promise<number | undefined> {
  const [, starter] = (await commandLineOf(pid))?.split(`${STARTER_SETTING}=`) ?? [];
  return starter === undefined ? undefined : Number.parseInt(starter, 10);
}
