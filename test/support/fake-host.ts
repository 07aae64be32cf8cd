import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How a host answers. */
export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

/** A host that answers as it is told and remembers who asked for what. */
export class FakeHost {
  readonly requests: { readonly target: string; readonly authorization: string | undefined }[] = [];
  handle: Handler = (_request, response) => void response.writeHead(404).end();
  most = 0;
  #busy = 0;
  readonly #server: Server = createServer((request, response) => {
    const { url = "", headers } = request;
    this.requests.push({ target: url, authorization: headers.authorization });
    this.most = Math.max(this.most, ++this.#busy);
    response.on("close", () => this.#busy--);
    this.handle(request, response, new URL(url, this.url));
  });

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** Answers with JSON. */
export function send(
  response: ServerResponse,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(200, headers).end(JSON.stringify(body));
}

/** Answers with a list, page by page, with links. */
export function paged(names: readonly string[], size: number): Handler {
  return (_request, response, url) => {
    const last = url.searchParams.get("last");
    const start = last === null ? 0 : names.indexOf(last) + 1;
    const repositories = names.slice(start, start + size);
    const more = start + size < names.length;
    send(
      response,
      { repositories },
      more
        ? {
            Link: `</v2/_catalog?last=${encodeURIComponent(repositories.at(-1) ?? "")}&n=${size}>; rel="next"`,
          }
        : {},
    );
  };
}

/** The header of a login. */
export const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
