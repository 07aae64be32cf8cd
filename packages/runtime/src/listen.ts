import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Starts listening.
 *
 * @returns the port, which the system chose when 0 was asked for
 * @throws Error that names the port when it cannot be had
 */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(
      `Cannot listen on ${host}:${port} (${(error as NodeJS.ErrnoException).code}). Free the port or choose another one.`,
      { cause: error },
    );
  }
  return (server.address() as AddressInfo).port;
}

/** For requests that have begun when a server is closed. Node does not look for slow ones any more by then. */
const OPEN_REQUESTS_LIMIT_MS = 8_000;

/** Between two looks for connections that have become idle meanwhile. */
const IDLE_CHECK_INTERVAL_MS = 50;

/**
 * Takes no new connections, lets open requests finish for some seconds, and drops the idle ones. A client that goes on
 * and on over its connection is told by its next answer to make another one, which then goes elsewhere.
 */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.prependListener("request", (_request, response) => {
    response.shouldKeepAlive = false;
  });
  server.close();
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_INTERVAL_MS);
  const limit = setTimeout(() => server.closeAllConnections(), OPEN_REQUESTS_LIMIT_MS);
  try {
    await closed;
  } finally {
    clearInterval(idle);
    clearTimeout(limit);
  }
}
