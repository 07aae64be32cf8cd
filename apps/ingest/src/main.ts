import {
  closeServer,
  createLogger,
  Lifecycle,
  listen,
  runMain,
  startOpsServer,
  throttle,
} from "@tallyman/runtime";
import { collectDefaultMetrics } from "prom-client";
import { createApp } from "./app.ts";
import { authenticator } from "./authenticate.ts";
import { CONFIG, SECRET_SETTINGS, type IngestConfig } from "./config.ts";
import { GroupCommit } from "./group-commit.ts";
import { createHttpServer } from "./http-server.ts";
import { openQueue } from "./open-queue.ts";
import { postNotification } from "./post-notification.ts";

/** At most one line a second about a queue that is away. */
const TROUBLE_INTERVAL_MS = 1_000;

async function start(config: IngestConfig): Promise<void> {
  const logger = createLogger("ingest", config.LOG_LEVEL);
  const lifecycle = new Lifecycle(logger);
  collectDefaultMetrics();
  const trouble = (message: string) =>
    throttle(TROUBLE_INTERVAL_MS, (error: unknown, suppressed: number) => {
      logger.warn(message, { error, suppressed });
    });

  const queue = openQueue({
    config,
    lifecycle,
    logger,
    onError: trouble("queue connection in trouble"),
  });

  const ops = await startOpsServer({
    host: config.HOST,
    port: config.OPS_PORT,
    isOpen: lifecycle.isOpen,
    checks: { queue: () => queue.depth() },
  });
  lifecycle.onClose("operations port", () => closeServer(ops));

  const groups = new GroupCommit(queue);
  const app = createApp({
    postNotification: postNotification({
      authenticate: authenticator(config.NOTIFICATION_SECRETS),
      store: (notification, bytes) => groups.store(notification, bytes),
      maxBodyBytes: config.MAX_BODY_BYTES,
      onUnavailable: trouble("notifications refused with 503"),
    }),
    onError: trouble("unexpected error"),
  });
  const server = createHttpServer(app);
  const port = await listen(server, config.PORT, config.HOST);
  lifecycle.onClose("http server", () => closeServer(server));
  logger.info("ingest listens", {
    host: config.HOST,
    port,
    registries: [...new Set(config.NOTIFICATION_SECRETS.map(({ registry }) => registry))],
  });
}

await runMain({ schema: CONFIG, secrets: SECRET_SETTINGS, start });
