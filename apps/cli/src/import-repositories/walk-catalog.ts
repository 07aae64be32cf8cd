import { z } from "zod";
import { RegistryError, type Answer } from "./polite-fetch.ts";
import { parseJson } from "../parse-json.ts";
import type { RegistryClient } from "./registry-client.ts";

/** One page of a registry's repositories. */
export interface CatalogPage {
  readonly paths: readonly string[];
  /** Names that no image repository can have; they are left out. */
  readonly skipped: number;
  /** Path and query of the next page; null after the last one. */
  readonly next: string | null;
}

const PAGE = 500;

export const FIRST_PAGE = `/v2/_catalog?n=${PAGE}`;

const CATALOG = z.object({ repositories: z.array(z.unknown()).nullish() });
const TAGS = z.object({ tags: z.array(z.unknown()).nullish() });

/** Names as the OCI distribution specification has them; some registries allow capitals. */
const COMPONENT = "[a-zA-Z0-9]+(?:(?:\\.|_|__|-+)[a-zA-Z0-9]+)*";
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const MAX_NAME = 255;

/**
 * Walks through all repositories that a registry lists, page by page.
 *
 * @param from where to begin: a page's `next`
 * @throws RegistryError
 */
export async function* walkCatalog(
  client: RegistryClient,
  from: string = FIRST_PAGE,
): AsyncGenerator<CatalogPage> {
  const visited = new Set<string>();
  for (let at: string | null = from; at !== null;) {
    visited.add(at);
    const answer: Answer & { readonly url: URL } = await client.get(at, "catalog");
    const { url } = answer;
    if (answer.status !== 200) {
      throw new RegistryError(
        `${url.host} answers ${url.pathname} with status ${answer.status}: it lists no repositories. Not all registries do; insert them by SQL instead (docs/sql.md).`,
      );
    }
    const body = CATALOG.safeParse(parseJson(answer.text)).data;
    if (body === undefined) {
      throw new RegistryError(
        `${url.host} answers ${url.pathname} with something else than a list of repositories. Is it a registry?`,
      );
    }
    const names = body.repositories ?? [];
    const paths = names.filter(isPath);
    const link = linkToNext(answer.headers.get("link"));
    let next: string | null = null;
    if (link !== undefined) {
      const resolved = client.resolve(link, url);
      next = `${resolved.pathname}${resolved.search}`;
      if (resolved.pathname !== url.pathname || visited.has(next)) {
        throw new RegistryError(`${url.host} links to a next page that is none (${next}).`);
      }
    } else if (names.length >= PAGE && paths.length > 0) {
      // Some send full pages without a link; those who ignore what we ask for send the same again.
      const guess = `/v2/_catalog?n=${PAGE}&last=${encodeURIComponent(paths.at(-1) ?? "")}`;
      next = visited.has(guess) ? null : guess;
    }
    yield { paths, skipped: names.length - paths.length, next };
    at = next;
  }
}

/** Whether a repository has a tag: registries go on listing repositories after the last one is deleted. */
export async function hasTags(client: RegistryClient, path: string): Promise<boolean> {
  const { status, text, url } = await client.get(`/v2/${path}/tags/list?n=1`, `tags of ${path}`);
  if (status === 404) return false;
  const body = status === 200 ? TAGS.safeParse(parseJson(text)).data : undefined;
  if (body === undefined) {
    throw new RegistryError(
      `${url.host} answers ${url.pathname} with status ${status} and no list of tags.`,
    );
  }
  return (body.tags ?? []).length > 0;
}

function isPath(name: unknown): name is string {
  return typeof name === "string" && name.length <= MAX_NAME && NAME.test(name);
}

/** The target of `rel="next"` in a Link header (RFC 8288). */
export function linkToNext(header: string | null): string | undefined {
  for (const [, target, parameters = ""] of (header ?? "").matchAll(/<([^>]*)>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*"?[^";]*\bnext\b/i.test(parameters)) return target;
  }
  return undefined;
}
