import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A TCP port of 127.0.0.1 on which nobody listens at this moment. Somebody else may take it a moment later,
 * so whoever uses it must be ready to ask again.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") {
    throw new Error("the system named no port for a listening TCP socket");
  }
  return address.port;
}
