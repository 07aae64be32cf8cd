import { storedToken } from "./token.ts";

export type Query = Readonly<Record<string, string | number | undefined>>;

/** The api answered with a problem, or not at all. The message is for people. */
export class AskError extends Error {
  override readonly name = "AskError";
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An answer with the tag by which the next one is compared with it. */
export interface Tagged<Answer> {
  readonly answer: Answer;
  readonly etag: string | undefined;
}

/** Questions that are not answered yet, by URL. */
const unanswered = new Map<string, Promise<unknown>>();

/**
 * Asks the api. Who asks what another panel is asking right now gets the same answer.
 *
 * @param path below /api/v1
 * @throws AskError when there is no answer or it is a problem
 */
export function ask<Answer>(path: string, query: Query = {}): Promise<Answer> {
  const url = urlOf(path, query);
  const asked = unanswered.get(url) ?? askAnew(url);
  unanswered.set(url, asked);
  return asked as Promise<Answer>;
}

async function askAnew(url: string): Promise<unknown> {
  try {
    return await (await request(url)).json();
  } finally {
    unanswered.delete(url);
  }
}

/** Asks what may have been answered before. @returns undefined when the answer is still the same */
export async function askAgain<Answer>(
  path: string,
  query: Query,
  etag: string | undefined,
): Promise<Tagged<Answer> | undefined> {
  const headers = etag === undefined ? {} : { "If-None-Match": etag };
  const response = await request(urlOf(path, query), headers);
  if (response.status === 304) return undefined;
  const answer = (await response.json()) as Answer;
  return { answer, etag: response.headers.get("etag") ?? undefined };
}

/** A page of a list as CSV, and where the next one begins. A link could not carry the token. */
export async function askForCsv(
  path: string,
  query: Query,
): Promise<{ readonly text: string; readonly cursor: string | undefined }> {
  const response = await request(urlOf(path, query), { Accept: "text/csv" });
  const next = /<([^>]*)>; *rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  const cursor =
    next === undefined ? undefined : new URL(next, location.origin).searchParams.get("cursor");
  return { text: await response.text(), cursor: cursor ?? undefined };
}

async function request(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const token = storedToken();
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(url, {
    headers: { Accept: "application/json", ...authorization, ...headers },
  }).catch(() => {
    throw new AskError(0, "The api does not answer. Is it running, and can this browser reach it?");
  });
  if (response.ok || response.status === 304) return response;
  throw new AskError(response.status, await detailOf(response));
}

function urlOf(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `/api/v1/${path}${text === "" ? "" : `?${text}`}`;
}

async function detailOf(response: Response): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: unknown };
  return typeof problem.detail === "string" ? problem.detail : `HTTP status ${response.status}`;
}

/** A name as one segment of a path. */
export function segment(name: string): string {
  return encodeURIComponent(name);
}
