import type { IncomingMessage } from "node:http";

/** The body is larger than the limit. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/** The sender went away before its body was complete. */
export class BodyAbortedError extends Error {
  override readonly name = "BodyAbortedError";
}

/** Too much of other bodies is in memory already. */
export class NoRoomError extends Error {
  override readonly name = "NoRoomError";
}

/** Memory for bodies that are on their way, over all requests: thousands of senders may begin a large one at once. */
export class BodyRoom {
  readonly #most: number;
  #taken = 0;

  /** @param most bytes */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns false when there is not so much left */
  take(bytes: number): boolean {
    if (this.#taken + bytes > this.#most) return false;
    this.#taken += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#taken -= bytes;
  }
}

/**
 * Reads a whole request body as it comes, of any media type.
 *
 * @param limit bytes; nothing beyond is kept in memory
 * @throws BodyTooLargeError, BodyAbortedError, NoRoomError
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  room: BodyRoom = new BodyRoom(limit),
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers["content-length"] ?? 0) > limit) {
      reject(new BodyTooLargeError());
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    let isRefused = false;
    const letGo = (): void => {
      room.giveBack(size);
      size = 0;
      chunks.length = 0;
    };
    const refuse = (error: Error): void => {
      // The rest is read and dropped: an answer to a sender that is still sending would get lost.
      isRefused = true;
      letGo();
      reject(error);
    };
    request.on("data", (chunk: Buffer) => {
      if (isRefused) return;
      if (size + chunk.length > limit) refuse(new BodyTooLargeError());
      else if (!room.take(chunk.length)) refuse(new NoRoomError("too many bodies come in at once"));
      else {
        chunks.push(chunk);
        size += chunk.length;
      }
    });
    request.on("end", () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size));
      letGo();
    });
    request.on("close", () => {
      letGo();
      if (!request.complete) reject(new BodyAbortedError());
    });
  });
}
