import { eventBody, eventId } from "../workload.ts";
import type { LoadOptions } from "./load-options.ts";

/** Digits of the event number within an id, and where they begin. */
const NUMBER_DIGITS = 12;
const NUMBER_OFFSET = 24;

/**
 * Requests made ready before the clock starts. A request costs only the writing of twelve digits into its bytes, so
 * that each event has an id of its own.
 */
export class RequestPool {
  readonly #requests: { readonly bytes: Buffer; readonly numberAt: number }[] = [];

  constructor(options: LoadOptions) {
    const id = eventId(options.run, 0);
    const until = Date.now();
    for (let index = 0; index < options.distinctEvents; index++) {
      const body = eventBody(index, id, until);
      const head =
        `POST /notifications HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\nUser-Agent: Go-http-client/1.1\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nAuthorization: ${options.authorization}\r\n` +
        "Content-Type: application/vnd.docker.distribution.events.v2+json\r\nAccept-Encoding: gzip\r\n" +
        `${options.keepAlive ? "" : "Connection: close\r\n"}\r\n`;
      const bytes = Buffer.from(head + body);
      this.#requests.push({ bytes, numberAt: bytes.indexOf(id) + NUMBER_OFFSET });
    }
  }

  /** The request for an event number. It is overwritten when the pool has gone round; by then it is long sent. */
  take(number: number): Buffer {
    const request = this.#requests[number % this.#requests.length];
    if (request === undefined) throw new Error("the pool of requests is empty");
    request.bytes.write(
      number.toString(16).padStart(NUMBER_DIGITS, "0"),
      request.numberAt,
      "latin1",
    );
    return request.bytes;
  }
}
