import type { RequestHandler } from "express";
import { Histogram } from "prom-client";

const duration = new Histogram({
  name: "tallyman_api_request_duration_seconds",
  help: "Time to the answer of a question, by its path and HTTP status.",
  labelNames: ["path", "status"] as const,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/** Observes the requests of one route. Its path is the label, never what a request asked. */
export function observe(path: string): RequestHandler {
  return (_request, response, next) => {
    const stop = duration.startTimer({ path });
    response.once("finish", () => stop({ status: response.statusCode }));
    next();
  };
}
