/** Shorter tokens can be guessed. */
const MIN_TOKEN_LENGTH = 16;

/** What a bearer token may be made of (RFC 6750); anything else could never arrive in a header. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** What `API_TOKENS` says, and everything that is wrong with it. Faults never quote a token. */
export interface ParsedTokens {
  readonly tokens: readonly string[];
  readonly faults: readonly string[];
}

/** Reads comma-separated bearer tokens. Several may be valid at once, which is how one is replaced without a gap. */
export function parseApiTokens(text: string): ParsedTokens {
  const faults: string[] = [];
  const tokens: string[] = [];
  const parts = text.split(",").map((part) => part.trim());
  for (const [index, token] of parts.entries()) {
    if (token === "") continue;
    if (token.length < MIN_TOKEN_LENGTH) {
      faults.push(
        `token ${index + 1} has ${token.length} characters and needs at least ${MIN_TOKEN_LENGTH}; make one with: openssl rand -hex 24`,
      );
    } else if (!TOKEN.test(token)) {
      faults.push(
        `token ${index + 1} may hold letters, digits, "-", ".", "_", "~", "+", "/" and "=" at its end; make one with: openssl rand -hex 24`,
      );
    } else {
      tokens.push(token);
    }
  }
  // Whoever writes only commas meant to close the api; taking it as "no tokens" would open it.
  if (text !== "" && tokens.length === 0 && faults.length === 0) faults.push("holds no token");
  return { tokens, faults };
}
