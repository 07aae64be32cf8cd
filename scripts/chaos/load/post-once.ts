import { request } from "node:http";

/** What a registry sees of one delivery. */
export interface Answer {
  /** Undefined when there was no answer: nobody listens, the connection broke, or the time was up. */
  readonly status: number | undefined;
  readonly failure: "timeout" | "unreachable" | undefined;
  readonly startedAt: number;
  readonly ms: number;
}

/** The time that distribution gives an endpoint by default. */
export const TIMEOUT_MS = 1_000;

/** Delivers a body as distribution does: on a TCP connection of its own, closed afterwards. Never rejects. */
export function postOnce(url: string, secret: string, body: string): Promise<Answer> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let settled = false;
    const settle = (status: number | undefined, failure: Answer["failure"]): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      resolve({ status, failure, startedAt, ms: performance.now() - startedAt });
      outgoing.destroy();
    };
    const bytes = Buffer.from(body);
    const outgoing = request(url, {
      method: "POST",
      agent: false,
      headers: {
        Authorization: `Bearer ${secret}`,
        "Content-Type": "application/vnd.docker.distribution.events.v2+json",
        "Content-Length": bytes.length,
        Connection: "close",
      },
    });
    const timer = setTimeout(() => settle(undefined, "timeout"), TIMEOUT_MS);
    outgoing.on("response", (response) => {
      response.resume();
      // The status line decides for a registry; the body that follows is not waited for.
      settle(response.statusCode, undefined);
    });
    outgoing.on("error", () => settle(undefined, "unreachable"));
    outgoing.end(bytes);
  });
}
