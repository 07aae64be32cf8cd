/** Milliseconds after which an answer is not waited for any longer; a registry waits for one second. */
const TIMEOUT_MS = 10_000;

/** What ingest, or whoever listens there, has said. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Milliseconds from the request to the whole answer. */
  readonly milliseconds: number;
}

export interface Post {
  readonly url: string;
  readonly authorization: string;
  readonly contentType: string;
  readonly body: string;
}

/**
 * Posts one notification. A redirect is an answer and not followed.
 *
 * @throws UnreachableError when there was no answer
 */
export async function postNotification(post: Post): Promise<Answer> {
  const started = performance.now();
  try {
    const response = await fetch(post.url, {
      method: "POST",
      redirect: "manual",
      headers: { Authorization: post.authorization, "Content-Type": post.contentType },
      body: post.body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await response.text();
    return { status: response.status, body, milliseconds: performance.now() - started };
  } catch (error) {
    throw new UnreachableError(post.url, error);
  }
}

/** There was no answer; the message says why and what to do. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
  /** What to do. */
  readonly next: string;

  constructor(url: string, cause: unknown) {
    const [why, next] = reasonOf(cause);
    super(`No answer from ${url}: ${why}.`, { cause });
    this.next = next;
  }
}

function reasonOf(error: unknown): readonly [why: string, next: string] {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  if (name === "TimeoutError") {
    return [`nothing within ${TIMEOUT_MS / 1_000} s`, "Look at the log of the ingest there."];
  }
  const { code = "", message = String(error) } = cause ?? {};
  if (code === "ECONNREFUSED") {
    return ["nobody listens there", "Start ingest (npm run start:ingest), or give its --url."];
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return ["the host's name is unknown", "Correct --url."];
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return [
      `its certificate is not trusted (${code})`,
      "Name its authority with NODE_EXTRA_CA_CERTS=<file>; a registry must trust it too.",
    ];
  }
  return [
    code === "" ? message : `${message} (${code})`,
    "Correct --url; https:// when it has a certificate.",
  ];
}

/** What to do about an answer; undefined when it is the right one. */
export function adviceFor(status: number, registry: string): string | undefined {
  if (status === 200) return undefined;
  const known = ADVICE[status];
  if (known !== undefined) return known.replaceAll("%registry%", registry);
  if (status >= 300 && status < 400) {
    return "A redirect: a registry takes it for delivered, and the event is lost. Give the address that it leads to, or stop the proxy from redirecting.";
  }
  return "This is not an answer of Tallyman's ingest: look at what listens there, a proxy perhaps.";
}

const ADVICE: Readonly<Record<number, string>> = {
  400: "Ingest could not read the body as a JSON object; a proxy may have changed it.",
  401: "Ingest does not know this secret of %registry%. Its NOTIFICATION_SECRETS and the ones here must be the same.",
  404: "There is no ingest at this path. Notifications go to /notifications.",
  405: "There is no ingest at this path. Notifications go to /notifications.",
  413: "Larger than MAX_BODY_BYTES of the ingest, or than the limit of a proxy before it.",
  415: "Something between here and ingest compresses bodies; it must not.",
  503: "Ingest cannot store it: its queue is away or full. tallyman doctor looks at the queue.",
};
