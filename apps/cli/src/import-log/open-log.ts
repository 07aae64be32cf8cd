import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** A log's bytes, unpacked. */
export interface OpenLog {
  readonly bytes: AsyncIterable<Buffer>;
  /** Bytes read of the file so far, packed if it is; counted from its beginning. */
  readonly readSoFar: () => number;
}

/** Large reads: the splitter copies what is left of one before the next. */
const CHUNK_BYTES = 1_024 * 1_024;

/** Opens a file, from an offset of its unpacked bytes. What is packed is told by its first bytes, not by its name. */
export async function openLog(path: string, offset: number): Promise<OpenLog> {
  const packed = await isGzip(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES, start: packed ? 0 : offset });
  const skipped = packed ? 0 : offset;
  return {
    bytes: packed ? skip(unpack(file), offset) : file,
    readSoFar: () => skipped + file.bytesRead,
  };
}

/** Takes what somebody pipes in. */
export async function openPipe(input: Readable): Promise<OpenLog> {
  const chunks = (input as AsyncIterable<Buffer | string>)[Symbol.asyncIterator]();
  let read = 0;
  let head = Buffer.alloc(0);
  // The first bytes tell whether it is packed, and the first chunk may hold only one.
  while (head.length < GZIP.length) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    head = Buffer.concat([head, Buffer.from(value)]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    read += head.length;
    if (head.length > 0) yield head;
    for (;;) {
      const { done, value } = await chunks.next();
      if (done === true) return;
      const bytes = Buffer.from(value);
      read += bytes.length;
      yield bytes;
    }
  }
  return {
    bytes: startsGzip(head) ? unpack(Readable.from(all())) : all(),
    readSoFar: () => read,
  };
}

const GZIP = [0x1f, 0x8b];

function startsGzip(head: Buffer): boolean {
  return GZIP.every((byte, index) => head[index] === byte);
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(GZIP.length);
    await file.read(head, 0, GZIP.length, 0);
    return startsGzip(head);
  } finally {
    await file.close();
  }
}

function unpack(input: Readable): AsyncIterable<Buffer> {
  // Whoever reads hears of every error; the callback is there because pipeline wants one.
  return pipeline(input, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
}

async function* skip(bytes: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of bytes) {
    if (left >= chunk.length) left -= chunk.length;
    else {
      yield left === 0 ? chunk : chunk.subarray(left);
      left = 0;
    }
  }
}
