import type pg from "pg";

/** As `server_version_num` counts: 14.0. */
export const MINIMUM_SERVER_VERSION = 140_000;

/** Waiting does not help: the server must be another one. */
export class UnsupportedServerError extends Error {
  override readonly name = "UnsupportedServerError";
}

/** @throws UnsupportedServerError when the server is older than Postgres 14 */
export async function assertServerVersion(
  client: Pick<pg.ClientBase | pg.Pool, "query">,
): Promise<void> {
  const { rows } = await (client as pg.ClientBase).query<{ number: string; text: string }>(
    "select current_setting('server_version_num') as number, current_setting('server_version') as text",
  );
  const [version] = rows;
  if (Number(version?.number) >= MINIMUM_SERVER_VERSION) return;
  throw new UnsupportedServerError(
    `Postgres ${version?.text} is too old: Tallyman needs 14 or newer. Upgrade the server or point DATABASE_URL at a newer one.`,
  );
}
