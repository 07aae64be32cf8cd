import { createHash, timingSafeEqual } from "node:crypto";
import { sendProblem } from "@tallyman/runtime";
import type { RequestHandler } from "express";

/**
 * Lets only requests through that carry one of the tokens as `Authorization: Bearer <token>`; without any tokens, all
 * of them. Tokens are compared as digests, in constant time, and always with all of them.
 */
export function authenticate(tokens: readonly string[]): RequestHandler {
  const known = tokens.map(digestOf);
  return (request, response, next) => {
    if (known.length === 0 || isKnown(bearerOf(request.headers.authorization), known)) {
      next();
      return;
    }
    sendProblem(
      response,
      {
        status: 401,
        title: "Unauthorized",
        detail: "Send Authorization: Bearer <token> with one of the API_TOKENS of the api.",
      },
      { "WWW-Authenticate": 'Bearer realm="tallyman"' },
    );
  };
}

function bearerOf(header: string | undefined): string {
  return /^bearer +(.*)$/i.exec(header ?? "")?.[1]?.trim() ?? "";
}

function isKnown(token: string, known: readonly Buffer[]): boolean {
  const digest = digestOf(token);
  let found = false;
  for (const candidate of known) {
    if (timingSafeEqual(digest, candidate)) found = true;
  }
  return found;
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
