import pg from "pg";
import { sessionUrl } from "./session-url.ts";

/** To reach Postgres, and to get a connection of the pool. */
export const CONNECT_TIMEOUT_MS = 5_000;

/**
 * No statement of ours runs longer than this. A connection that swallows bytes would otherwise hold its jobs for ever,
 * because their locks go on being renewed.
 */
export const QUERY_TIMEOUT_MS = 15_000;

/**
 * Postgres gives up a wait for a lock before we give up the statement. Otherwise a session whose client has gone would
 * wait on, and while a rebuild keeps all batches waiting each new attempt would leave another one behind.
 */
const LOCK_TIMEOUT_MS = 10_000;

/**
 * Postgres ends a session of ours that has been silent within a transaction for so long. When a connection dies and the
 * server is not told (a firewall forgot it, our machine lost its power or stands still), the session would otherwise
 * keep its locks for hours, and every worker that counts the same rows would wait for it.
 */
const SILENT_TRANSACTION_TIMEOUT_MS = 15_000;

export interface PoolOptions {
  readonly url: string;
  readonly max: number;
  /** Shows in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Hears of connections that break, idle or in use; without a listener they would end the process. */
  readonly onError: (error: Error) => void;
  /** Of its sessions, beside those that all of ours have. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** A pool whose every wait has an end. */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: sessionUrl(options.url, {
      lock_timeout: LOCK_TIMEOUT_MS,
      ...options.settings,
    }),
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    idle_in_transaction_session_timeout: SILENT_TRANSACTION_TIMEOUT_MS,
  });
  pool.on("error", options.onError);
  // The pool listens to idle connections only. One that breaks while it is in use rejects its statement and emits the
  // error as well, and an error that nobody listens to ends the process.
  pool.on("connect", (client) => client.on("error", options.onError));
  return pool;
}
