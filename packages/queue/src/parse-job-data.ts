import { inspect } from "node:util";
import type { Notification } from "@tallyman/events";
import { unpackJob } from "./job-data.ts";

/** Registry of what nobody knows the sender of. */
export const UNKNOWN_REGISTRY = "unknown";

/** As ingest checks the labels of its secrets. */
const LABEL = /^[a-z0-9._-]{1,255}$/;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** How deep a value is shown that is nested too deep to be written as JSON. */
const DEPTH = 100;

/**
 * The notifications of a job, whatever the job holds. Anybody who can reach the queue can put a job into it, and a job
 * that throws would come again and again; worse, a time or a label that the database refuses would hold up all that is
 * counted together with it.
 *
 * What is no notification becomes one of the registry `unknown`, with a body of no known shape that holds it: the worker
 * sets it aside as a rejected event, where a person can look at it.
 *
 * @param addedAt when the job was put into the queue, in milliseconds; stands in for a time that is not usable
 */
export function parseJobData(data: unknown, addedAt: unknown): Notification[] {
  const receivedAt = toTime(addedAt) ?? new Date().toISOString();
  const notifications = notificationsIn(data);
  if (!Array.isArray(notifications)) return [setAside("job", data, receivedAt)];
  return notifications.map((item: unknown) => {
    const [registry, body] = [fieldOf(item, "registry"), fieldOf(item, "body")];
    if (typeof registry !== "string" || typeof body !== "string" || !LABEL.test(registry)) {
      return setAside("notification", item, receivedAt);
    }
    return { registry, receivedAt: timeOf(item) ?? receivedAt, body };
  });
}

/** What stands where notifications should; undefined when nothing does. */
function notificationsIn(data: unknown): unknown {
  const brotli = fieldOf(data, "brotli");
  if (typeof brotli !== "string") return fieldOf(data, "notifications");
  try {
    return unpackJob(brotli);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** The time that was found good last: under load dozens of notifications in a row have the same. */
let goodTime: unknown;

/** The time of receipt in ingest's own form; undefined when it is no time that exists. */
function timeOf(notification: unknown): string | undefined {
  const time = fieldOf(notification, "receivedAt");
  if (typeof time !== "string") return undefined;
  if (time !== goodTime) {
    if (!TIME.test(time) || toTime(Date.parse(time)) !== time) return undefined;
    goodTime = time;
  }
  return time;
}

/** Milliseconds as ingest writes a time; undefined outside of the years 1970 to 9999. */
function toTime(ms: unknown): string | undefined {
  if (typeof ms !== "number" || !(ms >= 0 && ms < Date.UTC(10_000, 0))) return undefined;
  return new Date(ms).toISOString();
}

function setAside(what: "job" | "notification", value: unknown, receivedAt: string): Notification {
  return { registry: UNKNOWN_REGISTRY, receivedAt, body: toJson({ [what]: value }) };
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return JSON.stringify({ inspected: inspect(value, { depth: DEPTH }) });
  }
}
