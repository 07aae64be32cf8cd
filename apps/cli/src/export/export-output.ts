import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Output } from "../surroundings.ts";

/**
 * Lets somebody write a file. It appears under its name when it is whole and on the disk; a file that was there is
 * replaced in that moment. When writing fails nothing of it is left.
 */
export async function writeWhole(
  path: string,
  write: (output: Writable) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx").catch(cannotWrite(path));
    const stream = file.createWriteStream({ flush: true });
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
    await rm(temporary, { force: true });
    throw error;
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

/** The process's stdout as a stream that others can wait for. */
export function toWritable(output: Output): Writable {
  if (output instanceof Writable) return output;
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      output.write(chunk.toString());
      done();
    },
  });
}
