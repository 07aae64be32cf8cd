import { randomBytes } from "node:crypto";
import { createWriteStream, openSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { whenInterrupted } from "@tallyman/runtime";

/**
 * Lets somebody write a file. It appears under its name when it is whole and on the disk; a file that was there is
 * replaced in that moment. When writing fails, or Ctrl-C ends it, nothing of it is left.
 */
export async function writeWhole(
  path: string,
  write: (output: Writable) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  const remove = (): void => rmSync(temporary, { force: true });
  const done = whenInterrupted(remove);
  try {
    const stream = createWriteStream(temporary, { fd: create(temporary, path), flush: true });
    // Whoever writes hears of a failure when waiting for it; before that nobody listens.
    stream.on("error", () => undefined);
    try {
      await write(stream);
      stream.end();
      await finished(stream);
    } finally {
      stream.destroy();
    }
    await rename(temporary, path).catch(cannotWrite(path));
  } catch (error) {
    remove();
    throw error;
  } finally {
    done();
  }
}

/** At once, or a signal could find the file neither there nor not there. */
function create(temporary: string, path: string): number {
  try {
    return openSync(temporary, "wx");
  } catch (error) {
    return cannotWrite(path)(error as NodeJS.ErrnoException);
  }
}

/** The temporary name is nobody's business. */
function cannotWrite(path: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw new Error(
      `${path} cannot be written (${error.code}). Name a file in a directory that is there and yours.`,
      { cause: error },
    );
  };
}
