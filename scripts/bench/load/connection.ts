import { connect, type Socket } from "node:net";

/** Bytes of one read; an answer has some 200. All connections share it: each read is dealt with before the next. */
const READ_BUFFER = Buffer.allocUnsafe(65_536);

/** Status of an answer that did not come because the connection broke. */
export const BROKEN = 0;

/** A bare HTTP/1.1 client for small answers with a Content-Length: cheap enough not to be the bottleneck. */
export class Connection {
  readonly #port: number;
  readonly #keepAlive: boolean;
  readonly #onAnswer: (connection: Connection, status: number) => void;
  #socket: Socket | undefined;
  #partial = "";
  #busy = false;

  /** @param onAnswer is called once per request, when the connection is free again */
  constructor(
    port: number,
    keepAlive: boolean,
    onAnswer: (connection: Connection, status: number) => void,
  ) {
    this.#port = port;
    this.#keepAlive = keepAlive;
    this.#onAnswer = onAnswer;
  }

  send(request: Buffer): void {
    this.#busy = true;
    this.#socket ??= this.#open();
    this.#socket.write(request);
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    const socket = connect({
      host: "127.0.0.1",
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (size) => {
          if (socket === this.#socket) this.#read(size);
          return true;
        },
      },
    });
    const broken = (): void => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      if (this.#busy) this.#finish(BROKEN);
    };
    socket.on("error", broken);
    socket.on("close", broken);
    return socket;
  }

  #read(size: number): void {
    const text = this.#partial + READ_BUFFER.toString("latin1", 0, size);
    const headEnd = text.indexOf("\r\n\r\n");
    const length = headEnd < 0 ? undefined : contentLength(text);
    if (length === undefined || text.length < headEnd + 4 + length) {
      this.#partial = text;
      return;
    }
    this.#partial = "";
    if (!this.#keepAlive) this.close();
    this.#finish(Number(text.slice(9, 12)));
  }

  #finish(status: number): void {
    this.#partial = "";
    this.#busy = false;
    this.#onAnswer(this, status);
  }
}

function contentLength(head: string): number {
  const match = /content-length: *(\d+)/i.exec(head);
  if (match === null) throw new Error("an answer without a Content-Length");
  return Number(match[1]);
}
