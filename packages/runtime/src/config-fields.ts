import { z } from "zod";

/** A TCP port; 0 lets the system choose one. */
export function port(fallback: number) {
  return z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(0, "must be 0 to 65535")
    .max(65_535, "must be 0 to 65535")
    .default(fallback);
}

/** A positive whole number. */
export function positiveInteger(fallback: number) {
  return z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .positive("must be greater than 0")
    .default(fallback);
}

/** A URL with one of the schemes. */
export function url(...schemes: readonly string[]) {
  const expected = schemes.map((scheme) => `${scheme}://`).join(", ");
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)),
      `must be a URL that starts with one of: ${expected}`,
    );
}

export const DATABASE_URL = url("postgres", "postgresql").describe(
  "Give the address of Postgres 14 or newer, for example postgres://user:password@host:5432/tallyman.",
);

export const QUEUE_URL = url("redis", "rediss", "postgres", "postgresql").default(
  "redis://127.0.0.1:6379",
);

export const LOG_LEVEL = z
  .enum(["error", "warn", "info", "debug"], "must be error, warn, info or debug")
  .default("info");

/** `true` or `false`. */
export function flag(fallback: boolean) {
  return z
    .enum(["true", "false"], "must be true or false")
    .default(fallback ? "true" : "false")
    .transform((value) => value === "true");
}

/** Address to listen on; all of them unless told otherwise. */
export const HOST = z.string().default("0.0.0.0");
