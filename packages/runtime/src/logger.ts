import winston from "winston";

export type Logger = winston.Logger;

const ERRORS = new Set(["error", "reason", "cause"]);

/** Errors as fields: their own properties are not enumerable, so JSON would show an empty object. */
const errorFields = winston.format((info) => {
  for (const name of ERRORS) {
    const value = info[name];
    if (value instanceof Error) info[name] = describeError(value);
  }
  return info;
});

function describeError(error: Error): Record<string, unknown> {
  const { name, message, stack } = error;
  const code = (error as { code?: unknown }).code;
  const cause = error.cause instanceof Error ? describeError(error.cause) : error.cause;
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    stack,
    ...(cause === undefined ? {} : { cause }),
  };
}

/**
 * The one logger of a process: JSON lines on stdout. Messages are constant, what varies is a field. Never log bodies,
 * secrets or, above `debug`, names of people.
 */
export function createLogger(service: string, level: string): Logger {
  return winston.createLogger({
    level,
    defaultMeta: { service },
    format: winston.format.combine(
      winston.format.timestamp(),
      errorFields(),
      winston.format.json(),
    ),
    transports: [new winston.transports.Console()],
  });
}
