import pg from "pg";
import { CONNECT_TIMEOUT_MS } from "./pool.ts";
import { sessionUrl } from "./session-url.ts";

/**
 * One connection for an errand of its own. Its statements may take as long as they need, and wait for locks as long,
 * whatever limits are set for other sessions.
 */
export async function openConnection(url: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: sessionUrl(url, { statement_timeout: 0, lock_timeout: 0 }),
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // Whoever waits for a statement hears of a broken connection as well; without a listener it would end the process.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
