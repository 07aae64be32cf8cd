import { chown, mkdir, rm, stat, statfs, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../local/run-program.ts";

/** A disk of a few megabytes that can be filled up. */
export interface SmallDisk {
  readonly directory: string;
  /** Takes all but so many bytes away. */
  fill(leaving: number): Promise<void>;
  /** Gives them back. */
  clear(): Promise<void>;
  remove(): Promise<void>;
}

/** Mounts a disk in memory, or says why that cannot be done here. */
export async function mountSmallDisk(
  directory: string,
  megabytes: number,
  owner?: { readonly uid: number; readonly gid: number },
): Promise<SmallDisk | string> {
  await mkdir(directory, { recursive: true });
  const limits = `size=${megabytes}m,mode=0755`;
  const args = ["-t", "tmpfs", "-o", limits, "tmpfs", directory];
  const { succeeded, output } = await runProgram("mount", args);
  if (!succeeded) return `a small disk cannot be mounted here (${output || "not allowed"})`;
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
  const ballast = join(directory, "ballast");
  return {
    directory,
    fill: async (leaving) => {
      const { bavail, bsize } = await statfs(directory);
      // Others write at the same time, so there may be less than that by now.
      await writeFile(ballast, Buffer.alloc(bavail * bsize)).catch(() => undefined);
      const { size } = await stat(ballast);
      await truncate(ballast, Math.max(0, size - leaving));
    },
    clear: () => rm(ballast, { force: true }),
    remove: async () => {
      // Lazily: whoever still has a file open there does not keep the rest from being cleaned up.
      await runProgram("umount", ["-l", directory]);
    },
  };
}
