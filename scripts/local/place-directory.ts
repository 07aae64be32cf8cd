import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readlink,
  realpath,
  rm,
  rmdir,
  stat,
  symlink,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CLEAN_ENVIRONMENT, giveTo, type Account } from "./account.ts";
import { runProgram } from "./run-program.ts";

export interface PlaceDirectoryOptions {
  readonly directory: string;
  readonly account: Account | undefined;
  readonly report: (line: string) => void;
  /** Where a directory goes that the account cannot use. */
  readonly shelter?: string;
}

/**
 * Makes sure that `directory` exists and that the account can own files in it, and answers its real path. A checkout
 * under `/root`, say, lets nobody but root in, and some shared file systems know no owners: then the directory is moved
 * to `/var/lib/tallyman/<hash>` and a symbolic link takes its place. The hash is that of the path, so a link that was
 * lost finds its directory again.
 *
 * What is open in the directory while it moves may be lost: place it before anything else uses it.
 */
export async function placeDirectory({
  directory,
  account,
  report,
  shelter = "/var/lib/tallyman",
}: PlaceDirectoryOptions): Promise<string> {
  const wanted = await makeDirectory(resolve(directory));
  if (account === undefined || (await canOwnFilesIn(wanted, account))) return wanted;

  const hash = createHash("sha256").update(wanted).digest("hex").slice(0, 12);
  const place = join(shelter, hash);
  if (!(await openShelter(place, account))) {
    // Only if it is empty.
    await rmdir(place).catch(() => undefined);
    throw new Error(
      `${account.name} can keep files neither in ${wanted} nor in ${place}, and Postgres refuses to run as root. ` +
        "Start as an ordinary user, or set DATABASE_URL to a Postgres that already runs.",
    );
  }
  await move(wanted, place);
  await symlink(place, wanted);
  report(
    `${wanted} is now a link to ${place}: Postgres runs as ${account.name}, who cannot use the place itself`,
  );
  return realpath(place);
}

/** Like `mkdir -p`, also where a symbolic link leads to nowhere yet. Answers the real path. */
async function makeDirectory(path: string): Promise<string> {
  const link = await readlink(path).catch(() => undefined);
  await mkdir(link === undefined ? path : resolve(dirname(path), link), { recursive: true });
  return realpath(path);
}

/**
 * Tries it out, for there is more than one reason why not: a closed directory above, a file system without owners, a
 * network share that distrusts root.
 */
async function canOwnFilesIn(directory: string, account: Account): Promise<boolean> {
  let probe: string | undefined;
  try {
    const { mode } = await stat(directory);
    // The directory itself is ours to open: for entering only, the names in it stay hidden.
    if ((mode & 0o011) !== 0o011) await chmod(directory, mode | 0o011);
    probe = await mkdtemp(join(directory, "probe-"));
    await giveTo(account, probe);
    const script = 'cd "$1" && : > file && chmod 600 file';
    const { succeeded } = await runProgram("/bin/sh", ["-c", script, "sh", probe], {
      account,
      environment: CLEAN_ENVIRONMENT,
    });
    return succeeded && (await stat(join(probe, "file"))).uid === account.uid;
  } catch {
    return false;
  } finally {
    if (probe !== undefined) await rm(probe, { recursive: true, force: true });
  }
}

async function openShelter(place: string, account: Account): Promise<boolean> {
  try {
    await mkdir(place, { recursive: true });
    // Whatever the umask said.
    await chmod(dirname(place), 0o755);
  } catch {
    return false;
  }
  return canOwnFilesIn(place, account);
}

/** Moves a directory's content into another, which may be on another file system and hold something already. */
async function move(from: string, to: string): Promise<void> {
  if (existsSync(join(from, "data")) && existsSync(join(to, "data"))) {
    throw new Error(`there is a database in ${from} and another in ${to}: remove one of them`);
  }
  await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  await rm(from, { recursive: true });
}
