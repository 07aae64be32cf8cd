import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "../random.ts";

/** How bad the network is. It may change while connections stand. */
export interface Weather {
  /** Each piece of data is this late, in milliseconds; the order stays. */
  latencyMs?: readonly [number, number] | undefined;
  /** A connection is reset once it has carried about so many bytes. */
  resetAfterBytes?: number | undefined;
  /** Data come one byte at a time. */
  byteWise?: boolean | undefined;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** It carries nothing any more, and neither end is told. */
  dead: boolean;
  bytesLeft: number;
}

/** A stretch of bad network in front of a server on 127.0.0.1. */
export class Proxy {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #random: Random;
  #targetPort: number;
  weather: Weather = {};

  private constructor(targetPort: number, random: Random) {
    this.#targetPort = targetPort;
    this.#random = random;
    this.#server = createServer({ noDelay: true }, (client) => this.#link(client));
  }

  static async open(targetPort: number, random: Random): Promise<Proxy> {
    const proxy = new Proxy(targetPort, random);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  through(url: string): string {
    const through = new URL(url);
    through.hostname = "127.0.0.1";
    through.port = String(this.port);
    return through.href;
  }

  /** New connections lead to another server from now on; those that stand stay where they are. */
  lead(port: number): void {
    this.#targetPort = port;
  }

  /**
   * The connections that stand now carry nothing more, for ever, and nobody is told: what is left of a connection when
   * a firewall forgets it or the other machine loses its power. New connections work.
   */
  killSilently(): void {
    for (const link of this.#links) link.dead = true;
  }

  /** Ends the dead connections, as the systems at both ends do after many minutes. */
  resetDead(): void {
    for (const link of this.#links) {
      if (!link.dead) continue;
      link.client.resetAndDestroy();
      link.server.resetAndDestroy();
      this.#links.delete(link);
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const { client, server } of this.#links) {
      client.destroy();
      server.destroy();
    }
    await closed;
  }

  #link(client: Socket): void {
    const server = connect({ port: this.#targetPort, host: "127.0.0.1", noDelay: true });
    const limit = this.weather.resetAfterBytes;
    const bytesLeft = limit === undefined ? Infinity : limit * this.#random.between(0.5, 1.5);
    const link: Link = { client, server, dead: false, bytesLeft };
    this.#links.add(link);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      let chain = Promise.resolve();
      let due = 0;
      from.on("data", (bytes) => {
        if (link.dead) return;
        const [low, high] = this.weather.latencyMs ?? [0, 0];
        due = Math.max(due, performance.now() + this.#random.between(low, high));
        const at = due;
        chain = chain.then(() => this.#carry(link, to, bytes, at));
      });
      from.on("error", () => undefined);
      from.on("end", () => void chain.then(() => link.dead || to.end()));
      from.on("close", () => {
        if (link.dead) return;
        this.#links.delete(link);
        void chain.then(() => to.destroySoon());
      });
    }
  }

  async #carry(link: Link, to: Socket, bytes: Buffer, at: number): Promise<void> {
    const early = at - performance.now();
    if (early > 0) await wait(early);
    link.bytesLeft -= bytes.length;
    if (link.bytesLeft < 0) {
      link.client.resetAndDestroy();
      link.server.resetAndDestroy();
      return;
    }
    if (link.dead || to.destroyed) return;
    if (this.weather.byteWise !== true) {
      to.write(bytes);
      return;
    }
    for (const byte of bytes) {
      if (to.destroyed) return;
      to.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
  }
}
