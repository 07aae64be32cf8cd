import { setTimeout as delay } from "node:timers/promises";
import { queryOnce } from "./query-once.ts";
import { describeEnding, type ServiceProcess } from "./service-process.ts";

/** Milliseconds until a Postgres must answer; after a crash it first works through its write-ahead log. */
const START_TIMEOUT = 120_000;

/** Milliseconds between two attempts to connect. */
const INTERVAL = 25;

/** Milliseconds that a Postgres takes at most to notice that it cannot have its port, and to end. */
const ENDING_TIMEOUT = 5_000;

/** What a connection fails with while Postgres starts; 57P03 is Postgres's own «the database system is starting up». */
const NOT_YET = new Set(["ECONNREFUSED", "ECONNRESET", "57P03"]);

/**
 * Waits until the Postgres on that data directory takes connections at the URL, and answers its version, for instance
 * `18.4`. Rejects when its process has ended, or when it refuses us.
 */
export async function connectWhenReady(
  url: string,
  { data, server }: { data: string; server: ServiceProcess },
): Promise<string> {
  for (const deadline = Date.now() + START_TIMEOUT; Date.now() < deadline;) {
    const ending = server.ending();
    if (ending !== undefined) throw new Error(`it ended with ${describeEnding(ending)}`);
    try {
      return await versionOn(data, url);
    } catch (error) {
      if (error instanceof Error && "code" in error && NOT_YET.has(String(error.code))) {
        await delay(INTERVAL);
        continue;
      }
      // Most likely another server has taken the port a moment before ours, which is then about to end.
      await Promise.race([server.ended, delay(ENDING_TIMEOUT, undefined, { ref: false })]);
      if (server.ending() === undefined) throw error;
    }
  }
  throw new Error(`no connection within ${START_TIMEOUT / 1000} s`);
}

async function versionOn(data: string, url: string): Promise<string> {
  const [row] = await queryOnce<{ data: string; version: string }>(
    url,
    // A packager may have appended words of his own to the version.
    `select current_setting('data_directory') as data,
            split_part(current_setting('server_version'), ' ', 1) as version`,
  );
  if (row?.data !== data) throw new Error(`the Postgres that answers works on ${row?.data}`);
  return row.version;
}
