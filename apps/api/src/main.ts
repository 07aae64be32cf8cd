import { createServer } from "node:http";
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
import { addressOf, CONFIG, SECRET_SETTINGS, type ApiConfig } from "./config.ts";
import { Database } from "./database.ts";
import { utcDay } from "./window.ts";

/** At most one line a second about a database that is away. */
const TROUBLE_INTERVAL_MS = 1_000;

/** Longer than the idle time of common load balancers (60 s), so that it is they who close, never we under a request. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

async function start(config: ApiConfig): Promise<void> {
  const logger = createLogger("api", config.LOG_LEVEL);
  const lifecycle = new Lifecycle(logger);
  collectDefaultMetrics();
  const trouble = (message: string) =>
    throttle(TROUBLE_INTERVAL_MS, (error: unknown, suppressed: number) => {
      logger.warn(message, { error, suppressed });
    });

  const database = new Database({
    url: config.DATABASE_URL,
    onError: trouble("database connection in trouble"),
  });
  lifecycle.onClose("database", () => database.close());

  const ops = await startOpsServer({
    host: config.HOST,
    port: config.OPS_PORT,
    isOpen: lifecycle.isOpen,
    checks: { database: () => database.query("select 1") },
  });
  lifecycle.onClose("operations port", () => closeServer(ops));

  const app = createApp({
    database,
    tokens: config.API_TOKENS,
    today: () => utcDay(new Date()),
    onError: trouble("a question could not be answered"),
  });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, app);
  const host = addressOf(config);
  const port = await listen(server, config.PORT, host);
  lifecycle.onClose("http server", () => closeServer(server));
  if (config.API_TOKENS.length === 0) {
    logger.warn("API_TOKENS is not set: the api asks for no token and listens on loopback only", {
      host,
    });
  }
  logger.info("api listens", { host, port, tokens: config.API_TOKENS.length });
}

await runMain({ schema: CONFIG, secrets: SECRET_SETTINGS, start });
