import { once } from "node:events";
import { IncomingMessage, ServerResponse, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import express, { type Express } from "express";
import { createHttpServer } from "./http-server.ts";

/** Prototypes of a request and its response. */
interface Prototypes {
  readonly request: unknown;
  readonly response: unknown;
}

const prototypesOf = (request: object, response: object): Prototypes => ({
  request: Object.getPrototypeOf(request) as unknown,
  response: Object.getPrototypeOf(response) as unknown,
});

describe("createHttpServer", () => {
  let app: Express;
  let server: Server;
  let url: string;

  beforeEach(async () => {
    app = express();
    server = createHttpServer(app);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  it("makes requests and responses with the very prototypes that Express sets, so that setting them changes nothing", async () => {
    let born: Prototypes | undefined;
    let handled: Prototypes | undefined;
    let knowsItsApp = false;
    server.prependListener("request", (request, response) => {
      born = prototypesOf(request, response);
    });
    app.get("/", (request, response) => {
      handled = prototypesOf(request, response);
      knowsItsApp = "app" in request && request.app === app;
      response.end();
    });
    await fetch(url);
    expect(born?.request).to.equal(app.request);
    expect(born?.response).to.equal(app.response);
    // Should an upgrade of Express set others, the ones above are set for nothing and every request is slow again.
    expect(handled?.request).to.equal(born?.request);
    expect(handled?.response).to.equal(born?.response);
    expect(knowsItsApp).to.equal(true);
  });

  it("makes requests and responses that are Node's own in every other way", async () => {
    let kinds: boolean[] = [];
    app.post("/", (request, response) => {
      kinds = [request instanceof IncomingMessage, response instanceof ServerResponse];
      request.setEncoding("utf8");
      let body = "";
      request.on("data", (text: string) => (body += text));
      request.on("end", () => {
        response.status(201).set("X-Echo", request.get("x-test")).json({ body });
      });
    });
    const response = await fetch(url, {
      method: "POST",
      headers: { "X-Test": "yes" },
      body: "hello",
    });
    expect(kinds).to.deep.equal([true, true]);
    expect(response.status).to.equal(201);
    expect(response.headers.get("x-echo")).to.equal("yes");
    expect(await response.json()).to.deep.equal({ body: "hello" });
  });

  it("lets nobody hold a socket for long", () => {
    expect(server.headersTimeout).to.equal(5_000);
    expect(server.requestTimeout).to.equal(7_000);
    expect(server.maxConnections).to.equal(10_000);
  });
});
