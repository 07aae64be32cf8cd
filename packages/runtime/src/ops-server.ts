import { createServer, type Server } from "node:http";
import express from "express";
import { register } from "prom-client";
import { listen } from "./listen.ts";
import { withDeadline } from "./with-deadline.ts";

/** Each readiness check has so long; an orchestrator's own limit is often one second. */
const CHECK_TIMEOUT_MS = 800;

/** Something that a process needs for its work. Resolves when it is there, rejects with the reason when not. */
export type ReadinessCheck = () => Promise<unknown>;

export interface OpsServerOptions {
  readonly host: string;
  readonly port: number;
  /** False from the moment the process begins to stop. */
  readonly isOpen: () => boolean;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
}

/**
 * The operations port: `/livez` (the process runs), `/readyz` (it can do its work) and `/metrics` (Prometheus). Apart
 * from the public port, so that it can be kept inside.
 */
export async function startOpsServer(options: OpsServerOptions): Promise<Server> {
  const app = express();
  app.disable("x-powered-by");
  app.get("/livez", (_request, response) => {
    response.json({ status: "ok" });
  });
  app.get("/readyz", async (_request, response) => {
    const results = await runChecks(options.checks);
    const open = options.isOpen();
    const ready = open && Object.values(results).every((result) => result === "ok");
    response
      .status(ready ? 200 : 503)
      .json({ status: ready ? "ok" : open ? "unready" : "stopping", checks: results });
  });
  app.get("/metrics", async (_request, response) => {
    response.type(register.contentType).send(await register.metrics());
  });
  app.use((_request, response) => {
    response.status(404).type("text").send("Here are /livez, /readyz and /metrics.\n");
  });
  const server = createServer(app);
  await listen(server, options.port, options.host);
  return server;
}

async function runChecks(
  checks: Readonly<Record<string, ReadinessCheck>>,
): Promise<Record<string, string>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await withDeadline(check(), CHECK_TIMEOUT_MS, name);
        return [name, "ok"] as const;
      } catch (error) {
        return [name, (error as Error).message || String(error)] as const;
      }
    }),
  );
  return Object.fromEntries(results);
}
