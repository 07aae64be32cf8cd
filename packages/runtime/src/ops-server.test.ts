import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { register } from "prom-client";
import { closeServer } from "./listen.ts";
import { startOpsServer, type ReadinessCheck } from "./ops-server.ts";

describe("the operations server", () => {
  let server: Server;
  let isOpen: boolean;
  let checks: Record<string, ReadinessCheck>;

  const get = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);

  beforeEach(async () => {
    isOpen = true;
    checks = { queue: async () => undefined, database: async () => "any value" };
    server = await startOpsServer({ host: "127.0.0.1", port: 0, isOpen: () => isOpen, checks });
  });

  afterEach(async () => {
    server.closeAllConnections();
    await closeServer(server);
  });

  it("is ready when every check passes", async () => {
    const response = await get("/readyz");
    expect(response.status).to.equal(200);
    expect(await response.json()).to.deep.equal({
      status: "ok",
      checks: { queue: "ok", database: "ok" },
    });
  });

  it("is not ready when a check fails, and says why", async () => {
    checks["database"] = () => Promise.reject(new Error("the database is away"));
    const response = await get("/readyz");
    expect(response.status).to.equal(503);
    expect(await response.json()).to.deep.equal({
      status: "unready",
      checks: { queue: "ok", database: "the database is away" },
    });
  });

  it("answers although a check hangs, and names it", async () => {
    checks["queue"] = () => new Promise(() => undefined);
    const response = await get("/readyz");
    expect(response.status).to.equal(503);
    const body = (await response.json()) as { checks: Record<string, string> };
    expect(body.checks["queue"]).to.equal("queue took longer than 800 ms");
    expect(body.checks["database"]).to.equal("ok");
  });

  it("bears a check that throws at once", async () => {
    checks["queue"] = () => {
      throw new Error("closed");
    };
    const response = await get("/readyz");
    expect(response.status).to.equal(503);
    expect(((await response.json()) as { checks: unknown }).checks).to.include({ queue: "closed" });
  });

  it("is not ready any more when the process stops, though every check passes", async () => {
    isOpen = false;
    const response = await get("/readyz");
    expect(response.status).to.equal(503);
    expect(await response.json()).to.deep.include({ status: "stopping" });
  });

  it("lives whatever the checks say, for a restart would not help", async () => {
    checks["queue"] = () => Promise.reject(new Error("away"));
    isOpen = false;
    const response = await get("/livez");
    expect(response.status).to.equal(200);
    expect(await response.json()).to.deep.equal({ status: "ok" });
  });

  it("shows the metrics of the process in Prometheus' format", async () => {
    const response = await get("/metrics");
    expect(response.status).to.equal(200);
    expect(response.headers.get("content-type")).to.equal(register.contentType);
    expect(await response.text()).to.equal(await register.metrics());
  });

  it("has nothing else, and does not tell what it is made with", async () => {
    const response = await get("/");
    expect(response.status).to.equal(404);
    expect(await response.text()).to.contain("/readyz");
    expect(response.headers.has("x-powered-by")).to.equal(false);
  });

  it("says which port is taken", async () => {
    const { port } = server.address() as AddressInfo;
    let message = "";
    try {
      await startOpsServer({ host: "127.0.0.1", port, isOpen: () => true, checks: {} });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).to.include(`127.0.0.1:${port}`).and.include("EADDRINUSE");
  });
});
