import pg from "pg";
import { CONNECT_TIMEOUT_MS } from "./pool.ts";

/**
 * One connection for an errand of its own, with its session in UTC like those of `createPool`. Its statements may take
 * as long as they need, and wait for locks as long.
 */
export async function openConnection(url: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    options: "-c TimeZone=UTC",
  });
  // Whoever waits for a statement hears of a broken connection as well; without a listener it would end the process.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
