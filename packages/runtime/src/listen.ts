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

/** Takes no new connections, lets open requests finish, and drops the idle ones. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  await closed;
}
