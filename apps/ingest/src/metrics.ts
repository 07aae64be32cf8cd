import { Counter, Histogram } from "prom-client";

/** Answers to the notification endpoint. The registry is `unknown` until a request is authenticated. */
export const requests = new Counter({
  name: "tallyman_ingest_requests_total",
  help: "Answers to notifications by registry and HTTP status.",
  labelNames: ["registry", "status"] as const,
});

export const events = new Counter({
  name: "tallyman_ingest_events_total",
  help: "Events acknowledged with 200, by registry.",
  labelNames: ["registry"] as const,
});

export const duration = new Histogram({
  name: "tallyman_ingest_request_duration_seconds",
  help: "Time from a notification's headers to its answer.",
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.4, 0.5, 1],
});
