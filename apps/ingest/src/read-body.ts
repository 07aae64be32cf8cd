import type { IncomingMessage } from "node:http";

/** The body is larger than the limit. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/** The sender went away before its body was complete. */
export class BodyAbortedError extends Error {
  override readonly name = "BodyAbortedError";
}

/**
 * Reads a whole request body as it comes, of any media type.
 *
 * @param limit bytes; nothing beyond is kept in memory
 * @throws BodyTooLargeError, BodyAbortedError
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers["content-length"] ?? 0) > limit) {
      reject(new BodyTooLargeError());
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        // The rest is read and dropped: an answer to a sender that is still sending would get lost.
        chunks.length = 0;
        reject(new BodyTooLargeError());
      } else {
        chunks.push(chunk);
      }
    });
    request.on("end", () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size));
    });
    request.on("close", () => {
      if (!request.complete) reject(new BodyAbortedError());
    });
  });
}
