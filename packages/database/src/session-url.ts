/**
 * What every session of ours has, whatever its server, its database or its login have as their defaults.
 *
 * - Days are days in UTC.
 * - Days and times go to and fro as ISO text. Under another style a day is compared with the wrong ones.
 * - Batches rely on seeing what was committed while they waited for a lock.
 */
const SETTINGS = {
  TimeZone: "UTC",
  DateStyle: "ISO, YMD",
  default_transaction_isolation: "read committed",
};

/**
 * The address of a database with settings for its sessions, those that we always need among them. They follow upon what
 * the address says itself, which would otherwise replace them: in a connection string stands what counts in the end.
 */
export function sessionUrl(
  address: string,
  settings: Readonly<Record<string, string | number>> = {},
): string {
  const url = new URL(address);
  const all: Readonly<Record<string, string | number>> = { ...SETTINGS, ...settings };
  const options = Object.entries(all).map(
    ([name, value]) => `-c ${name}=${String(value).replaceAll(" ", "\\ ")}`,
  );
  const given = url.searchParams.get("options");
  url.searchParams.set("options", [...(given === null ? [] : [given]), ...options].join(" "));
  return url.href;
}
