import { createServer, IncomingMessage, ServerResponse, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Express } from "express";
import type { Tls } from "./tls.ts";

/** For the head of a request. Registries send it in milliseconds; who is slower holds a socket that others need. */
const HEADERS_TIMEOUT_MS = 5_000;

/**
 * For a whole request, with its body. Registries themselves give up after a second. With the interval below, and as much
 * again for a busy machine, a slow client is cut off within 10 s.
 */
const REQUEST_TIMEOUT_MS = 7_000;

/** Between two looks for requests that take too long; Node's default is 30 s. */
const CHECK_INTERVAL_MS = 1_000;

/** Longer than the idle time of common load balancers (60 s), so that it is they who close, never we under a request. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** A TLS handshake is part of a request's beginning; Node's default would let it take two minutes. */
const HANDSHAKE_TIMEOUT_MS = HEADERS_TIMEOUT_MS;

/** Node's own default, said here because it bounds what a stranger can make us keep: beyond it the answer is 431. */
const MAX_HEADER_BYTES = 16_384;

const MAX_CONNECTIONS = 10_000;

/**
 * The HTTP server of an Express app. With TLS it speaks nothing else on its port.
 *
 * For each request Express calls Object.setPrototypeOf on the request and the response. Objects whose prototype
 * changes cost Node's HTTP code most of its speed: 7,800 requests a second instead of 24,000 on two cores. Here both
 * are born with the prototypes that Express is going to set, which turns its calls into nothing. Should Express
 * stop setting these prototypes, a test says so.
 */
export function createHttpServer(app: Express): Server;
export function createHttpServer(app: Express, tls: Tls | undefined): Server | TlsServer;
export function createHttpServer(app: Express, tls?: Tls): Server | TlsServer {
  const options = {
    ...bornFor(app),
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server =
    tls === undefined
      ? createServer(options, app)
      : createTlsServer(
          {
            ...options,
            ...tls.context,
            handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
            requestCert: tls.clientsAreVerified,
            rejectUnauthorized: tls.clientsAreVerified,
          },
          app,
        );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/**
 * A class like Node's own whose objects have the prototype that Express sets: the app's, which is put between the two.
 * It has to be a real subclass. A constructor that gives its objects another prototype by Reflect.construct makes
 * V8 treat each of them as one of a kind, which is as slow as what this avoids.
 */
function bornFor(app: Express): {
  IncomingMessage: typeof IncomingMessage;
  ServerResponse: typeof ServerResponse;
} {
  class AppRequest extends IncomingMessage {}
  class AppResponse<Request extends IncomingMessage> extends ServerResponse<Request> {}
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  app.request = AppRequest.prototype as typeof app.request;
  app.response = AppResponse.prototype as typeof app.response;
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}
