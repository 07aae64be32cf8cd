/**
 * Which system user runs Postgres. Postgres refuses to run as root, so when we are root it runs as somebody else;
 * otherwise it runs as ourselves and there is no account to switch to.
 */
import { lchown, readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The environment of what runs as another user. Ours stays out: it may hold secrets, `PGPORT`, `PGDATA` and the like
 * would change what Postgres does, and the home directory may be one that the user cannot enter.
 */
export const CLEAN_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
};

/**
 * The user to switch to, or undefined when we are not root. A data directory that exists keeps its owner, so that
 * root may start what an ordinary user began; a new one belongs to the user `postgres`, or `nobody` where there is none.
 */
export async function postgresAccount(data: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(data).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) {
    return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  }
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const [name, , uid, gid] = lines.find((line) => line[0] === wanted) ?? [];
    // macOS writes -2 for nobody, where chown wants the same number unsigned.
    if (name !== undefined) return { name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  }
  throw new Error(
    "Postgres refuses to run as root, and there is no user postgres or nobody to run it as. " +
      "Start as an ordinary user, or set DATABASE_URL to a Postgres that already runs.",
  );
}

/** Options for `child_process` that run a program as that account; it then also loses root's supplementary groups. */
export function asAccount(account: Account | undefined): { uid?: number; gid?: number } {
  // spawn takes a signed 32-bit number where chown and stat use an unsigned one.
  return account === undefined ? {} : { uid: account.uid | 0, gid: account.gid | 0 };
}

/** Gives one file or directory to the account; nothing to do when there is none to switch to. */
export async function giveTo(account: Account | undefined, path: string): Promise<void> {
  if (account !== undefined) await lchown(path, account.uid, account.gid);
}

/** Gives a directory and all that lies in it to the account. Symbolic links are not followed. */
export async function giveTreeTo(account: Account | undefined, directory: string): Promise<void> {
  if (account === undefined) return;
  for (const entry of await readdir(directory, { recursive: true })) {
    await giveTo(account, join(directory, entry));
  }
  await giveTo(account, directory);
}
