import {
  closeServer,
  createLogger,
  Lifecycle,
  limitHeapGrowth,
  listen,
  runMain,
  startOpsServer,
  throttle,
} from "@tallyman/runtime";
import { collectDefaultMetrics } from "prom-client";
import { createApp } from "./app.ts";
import { CONFIG, SECRET_SETTINGS, type IngestConfig } from "./config.ts";
import { GroupCommit } from "./group-commit.ts";
import { createHttpServer } from "./http-server.ts";
import { openQueue } from "./open-queue.ts";
import { postNotification } from "./post-notification.ts";
import { SecretRotation } from "./secret-rotation.ts";
import { loadTls, tlsPaths, tlsReloader } from "./tls.ts";
import { watchFiles } from "./watch-files.ts";

/** At most one line a second about a queue that is away. */
const TROUBLE_INTERVAL_MS = 1_000;

/** Halted under full load, ingest takes 183 MB with this and 266 MB without; the rate is the same. */
const HEAP_GROWTH_PERCENT = 60;

async function start(config: IngestConfig): Promise<void> {
  limitHeapGrowth(HEAP_GROWTH_PERCENT);
  const logger = createLogger("ingest", config.LOG_LEVEL);
  const lifecycle = new Lifecycle(logger);
  collectDefaultMetrics();
  const trouble = (message: string) =>
    throttle(TROUBLE_INTERVAL_MS, (error: unknown, suppressed: number) => {
      logger.warn(message, { error, suppressed });
    });

  const tls = await loadTls(config);
  const { queue, ready } = await openQueue({
    config,
    lifecycle,
    logger,
    onError: trouble("queue connection in trouble"),
  });

  const ops = await startOpsServer({
    host: config.HOST,
    port: config.OPS_PORT,
    isOpen: lifecycle.isOpen,
    checks: { queue: ready },
  });
  lifecycle.onClose("operations port", () => closeServer(ops));

  const watch = (name: string, paths: readonly string[], onChange: () => Promise<void>) => {
    lifecycle.onClose(name, watchFiles({ paths, onChange }));
  };
  const file = process.env["NOTIFICATION_SECRETS_FILE"] ?? "";
  const rotation = new SecretRotation({ secrets: config.NOTIFICATION_SECRETS, file, logger });
  if (file !== "") watch("watch of the secrets", [file], rotation.reload);

  const groups = new GroupCommit(queue);
  const app = createApp({
    postNotification: postNotification({
      authenticate: rotation.authenticate,
      store: (notification, bytes) => groups.store(notification, bytes),
      maxBodyBytes: config.MAX_BODY_BYTES,
      onUnavailable: trouble("notifications refused with 503"),
    }),
    onError: trouble("unexpected error"),
  });
  const server = createHttpServer(app, tls);
  if (tls !== undefined && "setSecureContext" in server) {
    const reload = tlsReloader({ files: config, tls, server, logger });
    watch("watch of the certificate", tlsPaths(config), reload);
    server.on("tlsClientError", trouble("a client's TLS handshake failed"));
  }
  const port = await listen(server, config.PORT, config.HOST);
  lifecycle.onClose("http server", () => closeServer(server));
  logger.info("ingest listens", {
    host: config.HOST,
    port,
    tls: tls !== undefined,
    registries: [...new Set(config.NOTIFICATION_SECRETS.map(({ registry }) => registry))],
  });
}

await runMain({ schema: CONFIG, secrets: SECRET_SETTINGS, start });
