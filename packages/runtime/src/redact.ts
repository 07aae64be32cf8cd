/** What stands in the place of a secret. */
const HIDDEN = "[redacted]";

/**
 * A configuration fit to be printed: the named settings are hidden, and so are the passwords in URLs.
 *
 * @param secrets names of the settings that are secret as a whole
 */
export function redact(
  config: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      secrets.includes(name) && value !== undefined ? HIDDEN : redactUrl(value),
    ]),
  );
}

function redactUrl(value: unknown): unknown {
  if (typeof value !== "string" || !value.includes("://") || !URL.canParse(value)) return value;
  const url = new URL(value);
  if (url.password === "") return value;
  url.password = "redacted";
  return url.href;
}
