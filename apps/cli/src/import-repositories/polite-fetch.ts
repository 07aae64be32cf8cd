import { setTimeout as delay } from "node:timers/promises";

/** What is wrong with a registry, and what to do about it. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** In which a registry's answer must be there, with its body. */
const TIMEOUT_MS = 30_000;

/** Tries of one request while the registry is busy or away; with the pauses between them about a minute. */
const TRIES = 8;

/** Before a busy registry is asked again for the first time; then twice as long each time. */
const FIRST_PAUSE_MS = 500;

/** Longest pause before a busy registry is asked again, when it does not say how long. */
const LONGEST_PAUSE_MS = 60_000;

/** A registry may ask us to wait this long; what asks for more is told to the user instead. */
const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** Largest body: a page of 500 names has some 50 KB. */
const MAX_BODY_BYTES = 16 * 1_024 * 1_024;

/**
 * Asks no more often than so many times a second, and again when the registry is busy (429), broken (5xx) or away; when
 * it says how long to wait, then all requests wait so long. Redirects are not followed.
 */
export class PoliteFetch {
  readonly #interval: number;
  readonly #onTrouble: (text: string) => void;
  #troubled = false;
  #next = 0;

  /**
   * @param perSecond requests a second
   * @param onTrouble hears once that a registry cannot be reached, for asking again may take a minute
   */
  constructor(perSecond: number, onTrouble: (text: string) => void = () => undefined) {
    this.#interval = 1_000 / perSecond;
    this.#onTrouble = onTrouble;
  }

  /** @throws RegistryError when there is no answer, or none that could be used */
  async get(url: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      await this.#turn();
      const answer = await ask(url, headers);
      const failed = answer instanceof Error;
      if (!failed && answer.status !== 429 && answer.status < 500) return answer;
      const trouble = `${url.host} does not answer (${failed ? describe(answer) : `status ${answer.status}`})`;
      if (attempt === TRIES) {
        throw new RegistryError(
          `${trouble}. Correct its address, or try again later; what was done stays.`,
        );
      }
      if (failed && !this.#troubled)
        this.#onTrouble(`${trouble}; asking again, ${TRIES} times at most …`);
      this.#troubled ||= failed;
      const asked = failed ? undefined : retryAfter(answer.headers.get("retry-after"));
      if (asked !== undefined && asked > LONGEST_RETRY_AFTER_MS) {
        throw new RegistryError(
          `${url.host} wants to be left alone for ${Math.ceil(asked / 60_000)} minutes. Try again then.`,
        );
      }
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
      // Some of it by chance, so that several importers do not come back at once.
      const wait = asked ?? pause * (0.5 + Math.random() / 2);
      this.#next = Math.max(this.#next, Date.now() + wait);
    }
  }

  async #turn(): Promise<void> {
    for (;;) {
      const now = Date.now();
      if (now >= this.#next) {
        this.#next = now + this.#interval;
        return;
      }
      await delay(this.#next - now);
    }
  }
}

async function ask(url: URL, headers: Readonly<Record<string, string>>): Promise<Answer | Error> {
  try {
    const response = await fetch(url, {
      headers: { Accept: "application/json", "User-Agent": "tallyman", ...headers },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, headers: response.headers, text: await textOf(response) };
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    return error as Error;
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > MAX_BODY_BYTES) {
      throw new RegistryError(
        `${new URL(response.url).host} sends more than ${MAX_BODY_BYTES} bytes.`,
      );
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Milliseconds to wait, from seconds or from a date; undefined when it is neither. */
export function retryAfter(value: string | null, now: number = Date.now()): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function describe(error: Error): string {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
