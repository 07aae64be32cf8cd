export {
  DATABASE_URL,
  flag,
  HOST,
  LOG_LEVEL,
  port,
  positiveInteger,
  QUEUE_URL,
  url,
} from "./config-fields.ts";
export { Lifecycle } from "./lifecycle.ts";
export { limitHeapGrowth } from "./limit-heap-growth.ts";
export { closeServer, listen } from "./listen.ts";
export { createLogger, type Logger } from "./logger.ts";
export { startOpsServer, type OpsServerOptions, type ReadinessCheck } from "./ops-server.ts";
export { PEOPLE_SETTINGS, withPeople } from "./people-settings.ts";
export { sendProblem, type Problem } from "./problem.ts";
export { ConfigError, readConfig, type Environment } from "./read-config.ts";
export { redact } from "./redact.ts";
export {
  isRegistryLabel,
  parseRegistrySecrets,
  type ParsedSecrets,
  type RegistrySecret,
} from "./registry-secrets.ts";
export { runMain, type Program } from "./run-main.ts";
export { throttle } from "./throttle.ts";
export { whenInterrupted } from "./when-interrupted.ts";
export { DeadlineError, withDeadline } from "./with-deadline.ts";
