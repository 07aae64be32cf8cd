import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";

export interface RawResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Milliseconds that a response may take before the test has failed. */
const TIMEOUT = 15_000;

/** One TCP connection on which a test writes its requests byte by byte, as no HTTP client would let it. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #news = new EventEmitter();
  #received = Buffer.alloc(0);
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // Head and body are two writes; the second one is not to wait for the answer to the first.
    socket.setNoDelay(true);
    socket.on("data", (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#news.emit("news");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#ended = true;
      this.#news.emit("news");
    });
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  /** Writes a request's head, or any bytes. */
  write(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** Writes a whole request with its length. */
  post(path: string, headers: readonly string[], body: string | Buffer): void {
    const bytes = Buffer.from(body);
    this.write(head("POST", path, [...headers, `Content-Length: ${bytes.length}`]));
    this.write(bytes);
  }

  /** Whether nothing has come that was not read yet. */
  get isSilent(): boolean {
    return this.#received.length === 0;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** The next response. It must have a length, or none of a body. */
  async response(): Promise<RawResponse> {
    const signal = AbortSignal.timeout(TIMEOUT);
    let response = this.#takeResponse();
    while (response === undefined) {
      if (this.#ended) throw new Error(`the connection ended after: ${this.#received.toString()}`);
      await once(this.#news, "news", { signal });
      response = this.#takeResponse();
    }
    return response;
  }

  close(): void {
    this.#socket.destroy();
  }

  #takeResponse(): RawResponse | undefined {
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return undefined;
    const [statusLine = "", ...lines] = this.#received.toString("latin1", 0, headEnd).split("\r\n");
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const start = headEnd + 4;
    const end = start + Number(headers.get("content-length") ?? 0);
    if (this.#received.length < end) return undefined;
    const body = this.#received.toString("utf8", start, end);
    this.#received = this.#received.subarray(end);
    return { status: Number(statusLine.split(" ")[1]), headers, body };
  }
}

/** The head of a request. */
export function head(method: string, path: string, headers: readonly string[]): string {
  return `${[`${method} ${path} HTTP/1.1`, "Host: tallyman.test", ...headers].join("\r\n")}\r\n\r\n`;
}
