import { DATABASE_URL, HOST, LOG_LEVEL, port } from "@tallyman/runtime";
import { z } from "zod";
import { parseApiTokens } from "./api-tokens.ts";

/** The api's settings, by the names of the environment. */
export const CONFIG = z.object({
  DATABASE_URL,
  API_TOKENS: z
    .string()
    .default("")
    .transform((text, context) => {
      const { tokens, faults } = parseApiTokens(text);
      for (const message of faults) context.addIssue({ code: "custom", message });
      return tokens;
    }),
  HOST,
  PORT: port(8081),
  OPS_PORT: port(9081),
  LOG_LEVEL,
});

export type ApiConfig = z.infer<typeof CONFIG>;

/** Settings that are never printed. */
export const SECRET_SETTINGS = ["API_TOKENS"] as const;

const LOOPBACK = "127.0.0.1";

/** The address to listen on. Without tokens everybody may ask, so only this machine can be let near. */
export function addressOf(config: Pick<ApiConfig, "API_TOKENS" | "HOST">): string {
  return config.API_TOKENS.length === 0 ? LOOPBACK : config.HOST;
}
