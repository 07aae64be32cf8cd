import { countEvents, openEnvelope } from "@tallyman/events";
import { sendProblem, type Problem } from "@tallyman/runtime";
import type { Request, RequestHandler, Response } from "express";
import type { Authenticate } from "./authenticate.ts";
import type { GroupCommit } from "./group-commit.ts";
import { duration, events, requests } from "./metrics.ts";
import { BodyRoom, BodyTooLargeError, NoRoomError, readBody } from "./read-body.ts";

export interface PostNotificationOptions {
  readonly authenticate: Authenticate;
  readonly store: GroupCommit["store"];
  readonly maxBodyBytes: number;
  /** Hears why a notification could not be stored. */
  readonly onUnavailable: (error: unknown) => void;
}

/** A registry retries at once anyway; this is for its operator and for proxies. */
const RETRY_AFTER_SECONDS = "1";

/** Most bytes of bodies that are on their way at once: eight of the largest that are taken by default. */
const MAX_BYTES_ON_THE_WAY = 67_108_864;

/**
 * Receives a notification: authenticates, reads the body as it came, and answers 200 when, and only when, the queue
 * has it. What the events say is none of its business: a refusal of content would block the registry for ever.
 */
export function postNotification(options: PostNotificationOptions): RequestHandler {
  const room = new BodyRoom(Math.max(MAX_BYTES_ON_THE_WAY, options.maxBodyBytes));
  return async (request, response) => {
    const started = performance.now();
    const registry = options.authenticate(request.rawHeaders);
    const outcome = await receive(options, registry, request, room);
    if (outcome === undefined) return; // The sender is gone.
    answer(response, outcome);
    requests.inc({ registry: registry ?? "unknown", status: outcome.status });
    duration.observe((performance.now() - started) / 1_000);
  };
}

type Outcome = Refusal | { readonly status: 200; readonly accepted: number };
interface Refusal {
  readonly status: number;
  readonly problem: Problem;
  readonly headers?: Readonly<Record<string, string>>;
}

async function receive(
  options: PostNotificationOptions,
  registry: string | undefined,
  request: Request,
  room: BodyRoom,
): Promise<Outcome | undefined> {
  if (registry === undefined) return UNAUTHORIZED;
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") return ENCODED;
  let body: Buffer;
  try {
    body = await readBody(request, options.maxBodyBytes, room);
  } catch (error) {
    if (error instanceof NoRoomError) {
      options.onUnavailable(error);
      return UNAVAILABLE;
    }
    return error instanceof BodyTooLargeError ? tooLarge(options.maxBodyBytes) : undefined;
  }
  const receivedAt = timeOfReceipt();
  const text = decode(body);
  const accepted = eventsIn(text);
  if (accepted === undefined) return NOT_AN_OBJECT;
  if (accepted > 0) {
    try {
      await options.store({ registry, receivedAt, body: text }, body.length);
    } catch (error) {
      options.onUnavailable(error);
      return UNAVAILABLE;
    }
    events.inc({ registry }, accepted);
  }
  return { status: 200, accepted };
}

let stampedAt = 0;
let stamp = "";

/** Now, in ISO 8601 with milliseconds. Under load dozens arrive in one, and writing it down costs half a microsecond. */
function timeOfReceipt(): string {
  const now = Date.now();
  if (now !== stampedAt) {
    stampedAt = now;
    stamp = new Date(now).toISOString();
  }
  return stamp;
}

/** UTF-8 as text; bytes that are none become U+FFFD, and a byte order mark is dropped. */
function decode(body: Buffer): string {
  const text = body.toString("utf8");
  return text.startsWith("\u{feff}") ? text.slice(1) : text;
}

/** How many events a body holds; undefined when it is no JSON object. */
function eventsIn(text: string): number | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  return countEvents(openEnvelope(body));
}

function answer(response: Response, outcome: Outcome): void {
  if ("problem" in outcome) {
    sendProblem(response, outcome.problem, outcome.headers);
    return;
  }
  const body = `{"accepted":${outcome.accepted}}`;
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
}

/** A body that was not read is dropped by Node as it comes, not buffered. */
function refusal(problem: Problem, headers: Readonly<Record<string, string>> = {}): Refusal {
  return { status: problem.status, problem, headers };
}

const UNAUTHORIZED = refusal(
  {
    status: 401,
    title: "Unauthorized",
    detail:
      "The Authorization header is missing, there twice, or holds no known secret. Compare it with NOTIFICATION_SECRETS of the ingest.",
  },
  { "WWW-Authenticate": 'Bearer realm="tallyman", Basic realm="tallyman"' },
);

const ENCODED = refusal({
  status: 415,
  title: "Unsupported Media Type",
  detail: "Send the body without a Content-Encoding.",
});

const NOT_AN_OBJECT = refusal({
  status: 400,
  title: "Bad Request",
  detail: 'The body must be a JSON object, as registries send it: {"events": […]}.',
});

const UNAVAILABLE = refusal(
  {
    status: 503,
    title: "Service Unavailable",
    detail: "The queue did not confirm in time. Keep the event and send it again.",
  },
  { "Retry-After": RETRY_AFTER_SECONDS },
);

function tooLarge(limit: number): Refusal {
  return refusal({
    status: 413,
    title: "Content Too Large",
    detail: `The body has more than ${limit} bytes (MAX_BODY_BYTES of the ingest).`,
  });
}
