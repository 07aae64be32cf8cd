import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { ConfigError } from "@tallyman/runtime";
import { expect } from "chai";
import express from "express";
import { makeCertificate, type Certificate } from "../../../test/support/certificates.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { createHttpServer } from "./http-server.ts";
import { loadTls, tlsPaths, tlsReloader, type Tls } from "./tls.ts";
import { watchFiles } from "./watch-files.ts";

describe("TLS of the notification port", () => {
  let directory: string;
  let authority: Certificate;
  let files: { TLS_CERT_FILE: string; TLS_KEY_FILE: string };
  let server: Server;
  let port: number;
  let bornAs: unknown[];

  const write = async (certificate: Certificate): Promise<void> => {
    await writeFile(files.TLS_CERT_FILE, certificate.cert);
    await writeFile(files.TLS_KEY_FILE, certificate.key);
  };
  /** Serves, with clients' certificates wanted when there is an authority for them. */
  const serve = async (clientAuthority?: Certificate): Promise<Tls> => {
    const app = express();
    app.get("/", (incoming, response) => {
      bornAs = [Object.getPrototypeOf(incoming) as unknown, app.request];
      response.send("hello");
    });
    const ca = join(directory, "ca.pem");
    if (clientAuthority !== undefined) await writeFile(ca, clientAuthority.cert);
    const tls = await loadTls({
      ...files,
      ...(clientAuthority === undefined ? {} : { TLS_CLIENT_CA_FILE: ca }),
    });
    server = createHttpServer(app, tls) as Server;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
    if (tls === undefined) throw new Error("TLS is not configured");
    return tls;
  };
  const get = (options: ConnectionOptions = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      request({ port, host: "127.0.0.1", ca: authority.cert, agent: false, ...options })
        .on("response", (response) => {
          response.setEncoding("utf8");
          response.on("data", resolve);
          response.on("error", reject);
        })
        .on("error", reject)
        .end();
    });
  const failure = (options: ConnectionOptions): Promise<string> =>
    get(options).then(
      () => "none",
      (error: NodeJS.ErrnoException) => `${error.code} ${error.message}`,
    );
  const nameOfServer = async (): Promise<unknown> => {
    const socket: TLSSocket = connect({ port, host: "127.0.0.1", ca: authority.cert });
    await once(socket, "secureConnect");
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN;
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-tls-"));
    files = {
      TLS_CERT_FILE: join(directory, "cert.pem"),
      TLS_KEY_FILE: join(directory, "key.pem"),
    };
    authority = makeCertificate("authority");
    await write(makeCertificate("first", authority));
  });

  afterEach(async () => {
    if (server?.listening) {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    }
    await rm(directory, { recursive: true });
  });

  it("serves over TLS, with requests that are born as Express wants them", async () => {
    await serve();
    expect(await get()).to.equal("hello");
    expect(bornAs[0]).to.equal(bornAs[1]);
  });

  it("does not speak plain HTTP on that port", async () => {
    await serve();
    const error = await fetch(`http://127.0.0.1:${port}/`).catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(Error);
  });

  it("speaks nothing older than TLS 1.2", async () => {
    await serve();
    // Without this list OpenSSL itself would not even offer the old version.
    const ciphers = "DEFAULT@SECLEVEL=0";
    expect(await get({ minVersion: "TLSv1.2", maxVersion: "TLSv1.2" })).to.equal("hello");
    expect(await failure({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers })).to.match(
      /protocol version|unsupported protocol/,
    );
  });

  it("demands a certificate of the clients' authority when there is one", async () => {
    const clients = makeCertificate("clients");
    await serve(clients);
    const { cert, key } = makeCertificate("registry", clients);
    expect(await get({ cert, key })).to.equal("hello");
    const stranger = makeCertificate("registry", makeCertificate("strangers"));
    for (const options of [{}, { cert: stranger.cert, key: stranger.key }]) {
      expect(await failure(options)).to.match(/CERTIFICATE|UNKNOWN_CA|ECONNRESET|EPIPE/);
    }
  });

  it("takes a new certificate without a restart, and keeps the old one while the new one is faulty", async () => {
    const tls = await serve();
    const logs: string[] = [];
    const log = (message: string) => logs.push(message);
    const stop = watchFiles({
      paths: tlsPaths(files),
      intervalMs: 10,
      onChange: tlsReloader({
        files,
        tls,
        server: server as never,
        logger: { info: log, error: log } as never,
      }),
    });
    try {
      expect(await nameOfServer()).to.equal("first");
      await writeFile(files.TLS_KEY_FILE, makeCertificate("other").key);
      await eventually("the fault is logged", () => logs.some((line) => line.includes("faulty")));
      expect(await nameOfServer()).to.equal("first");
      await write(makeCertificate("second", authority));
      await eventually("the new certificate", async () => (await nameOfServer()) === "second");
      expect(logs.at(-1)).to.equal("the certificate was exchanged");
    } finally {
      await stop();
    }
  });

  it("says before the start what is wrong with the files", async () => {
    const faultOf = async (changed: object): Promise<string> => {
      const error = await loadTls({ ...files, ...changed }).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ConfigError);
      return (error as ConfigError).faults.join();
    };
    expect(await faultOf({ TLS_KEY_FILE: "/nowhere" })).to.equal(
      "TLS_KEY_FILE: cannot read /nowhere (ENOENT).",
    );
    expect(await faultOf({ TLS_KEY_FILE: files.TLS_CERT_FILE })).to.include("cannot be used");
    expect(await loadTls({})).to.equal(undefined);
  });
});
