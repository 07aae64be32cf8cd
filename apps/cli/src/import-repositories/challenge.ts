/** How a registry wants to be told who asks. */
export type Challenge =
  | { readonly scheme: "basic" }
  | {
      readonly scheme: "bearer";
      /** Where the token is to be had. */
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

const PARAMETER = /([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/**
 * Reads a `WWW-Authenticate` header (RFC 9110). Of several challenges in it the first that is known counts.
 *
 * @returns undefined when there is none, or none that is known
 */
export function readChallenge(header: string | null): Challenge | undefined {
  const [, scheme = "", rest = ""] =
    /(?:^|,\s*)(bearer|basic)(?:\s+(.*)|\s*,.*)?$/i.exec(header ?? "") ?? [];
  if (scheme.toLowerCase() === "basic") return { scheme: "basic" };
  if (scheme === "") return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, token] of rest.matchAll(PARAMETER)) {
    const key = name.toLowerCase();
    if (!parameters.has(key))
      parameters.set(key, quoted?.replaceAll(/\\(.)/g, "$1") ?? token ?? "");
  }
  const realm = parameters.get("realm");
  if (realm === undefined) return undefined;
  return {
    scheme: "bearer",
    realm,
    service: parameters.get("service"),
    scope: parameters.get("scope"),
  };
}
