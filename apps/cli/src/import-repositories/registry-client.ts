import { z } from "zod";
import { parseJson } from "../parse-json.ts";
import { readChallenge, type Challenge } from "./challenge.ts";
import { PoliteFetch, RegistryError, type Answer } from "./polite-fetch.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface RegistryOptions {
  readonly url: URL;
  readonly credentials: Credentials | undefined;
  /** Another origin that may be asked for tokens, with the credentials. */
  readonly tokenServer: URL | undefined;
  /** Requests a second. */
  readonly rate: number;
  /** Hears once that the registry cannot be reached. */
  readonly onTrouble?: (text: string) => void;
}

const TOKEN = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** How often one request may be answered with 401: without a login, and with a token that has run out. */
const LOGINS = 3;

/**
 * Asks one registry, and logs in when it wants that: Basic, or a token as distribution's specification says. Nothing is
 * sent to any other host than the registry's own, and the token service that the user has named.
 */
export class RegistryClient {
  readonly #options: RegistryOptions;
  readonly #fetch: PoliteFetch;
  readonly #authorizations = new Map<string, string>();

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#fetch = new PoliteFetch(options.rate, options.onTrouble);
  }

  /**
   * Gets something of the registry.
   *
   * @param target path and query
   * @param area what a token is good for; tokens are remembered by it
   * @returns an answer that is neither 401 nor a redirect
   * @throws RegistryError
   */
  async get(target: string, area: string): Promise<Answer & { readonly url: URL }> {
    const url = this.resolve(target, this.#options.url);
    for (let attempt = 1; ; attempt++) {
      const authorization = this.#authorizations.get(area);
      const headers = authorization === undefined ? {} : { Authorization: authorization };
      const answer = await this.#fetch.get(url, headers);
      if (answer.status >= 300 && answer.status < 400) {
        throw new RegistryError(
          `${url.host} redirects to ${answer.headers.get("location") ?? "nowhere"}. Redirects are not followed: if that is the registry, give it as --url.`,
        );
      }
      if (answer.status !== 401) return { ...answer, url };
      const challenge = readChallenge(answer.headers.get("www-authenticate"));
      if (challenge === undefined) {
        throw new RegistryError(`${url.host} wants a login of a kind that is not known here.`);
      }
      if (attempt === LOGINS || (challenge.scheme === "basic" && attempt > 1))
        throw this.#refused(url);
      this.#authorizations.set(area, await this.#authorize(challenge));
    }
  }

  /** A link of the registry. @throws RegistryError when it leads to another host */
  resolve(link: string, base: URL): URL {
    const url = URL.canParse(link, base.href) ? new URL(link, base) : undefined;
    if (url?.origin !== this.#options.url.origin) {
      throw new RegistryError(
        `${base.host} links to another host (${url?.origin ?? link}). It was not followed, and nothing was sent there.`,
      );
    }
    return url;
  }

  async #authorize(challenge: Challenge): Promise<string> {
    const { credentials, url, tokenServer } = this.#options;
    if (challenge.scheme === "basic") {
      if (credentials === undefined) throw this.#refused(url);
      return basic(credentials);
    }
    const realm = URL.canParse(challenge.realm, url.href)
      ? new URL(challenge.realm, url)
      : undefined;
    if (realm?.origin !== url.origin && realm?.origin !== tokenServer?.origin) {
      throw new RegistryError(
        `${url.host} wants us to log in at another host (${realm?.origin ?? challenge.realm}). Nothing was sent there. If that is its token service, give --token-server ${realm?.origin ?? "<url>"}.`,
      );
    }
    if (realm === undefined) throw this.#refused(url);
    for (const name of ["service", "scope"] as const) {
      const value = challenge[name];
      if (value !== undefined) realm.searchParams.set(name, value);
    }
    const headers = credentials === undefined ? undefined : { Authorization: basic(credentials) };
    const answer = await this.#fetch.get(realm, headers ?? {});
    const body = answer.status === 200 ? TOKEN.safeParse(parseJson(answer.text)).data : undefined;
    const token = body?.token ?? body?.access_token;
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw this.#refused(realm);
    return `Bearer ${token}`;
  }

  #refused(at: URL): RegistryError {
    return new RegistryError(
      this.#options.credentials === undefined
        ? `${at.host} wants a login. Set REGISTRY_USERNAME and REGISTRY_PASSWORD (or REGISTRY_PASSWORD_FILE).`
        : `${at.host} refuses the login, or it may not do this. Correct REGISTRY_USERNAME and REGISTRY_PASSWORD; listing repositories often needs an administrator's.`,
    );
  }
}

function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
