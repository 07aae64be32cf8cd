import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A stretch of network in front of a server, which a test can cut. */
export interface Relay {
  readonly port: number;
  /** The same URL by way of the relay. */
  through(url: string): string;
  /** Ends all connections; new ones are refused until `restore`. */
  cut(): Promise<void>;
  /** Lets connections stand and swallows what they carry, until they are cut. */
  freeze(): void;
  /** The connections that stand carry nothing more, and nobody is told; new ones work. */
  forget(): void;
  restore(): Promise<void>;
  /** New connections lead to another server from now on; those that stand stay where they are. */
  lead(target: string): void;
  close(): Promise<void>;
}

/** Opens a relay on a port of its own to the server of a URL. It is restored, or cut to begin with. */
export async function openRelay(target: string, { cut = false } = {}): Promise<Relay> {
  let destination = new URL(target);
  const sockets = new Set<Socket>();
  let frozen = false;
  let forgotten = 0;
  let opened = 0;
  const relay = createServer((client) => {
    const server = connect(Number(destination.port), destination.hostname);
    const number = ++opened;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes) => {
        if (!frozen && number > forgotten) to.write(bytes);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const port = await listen(relay, 0);
  const close = async (): Promise<void> => {
    frozen = false;
    if (!relay.listening) return;
    const closed = once(relay, "close");
    relay.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  if (cut) await close();
  return {
    port,
    through: (url) => {
      const through = new URL(url);
      through.hostname = "127.0.0.1";
      through.port = String(port);
      return through.href;
    },
    cut: close,
    freeze: () => {
      frozen = true;
    },
    forget: () => {
      forgotten = opened;
    },
    restore: async () => {
      frozen = false;
      if (!relay.listening) await listen(relay, port);
    },
    lead: (to) => {
      destination = new URL(to);
    },
    close,
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
