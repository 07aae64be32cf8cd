import type { Response } from "express";

/** What went wrong with a request, for the person who sent it or reads the sender's log. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  /** Says what to do about it. */
  readonly detail: string;
}

/** Answers with `application/problem+json` (RFC 9457). */
export function sendProblem(
  response: Response,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify({ type: "about:blank", ...problem });
  response.writeHead(problem.status, {
    ...headers,
    "Content-Type": "application/problem+json",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}
