import { createPool } from "@tallyman/database";
import pg from "pg";
import { TooSlowError, UnavailableError } from "./errors.ts";

/** Questions of people; more at once would only slow down the worker on the same server. */
const CONNECTIONS = 5;

/** Shorter than the pool's own deadline, so that Postgres stops working on what nobody waits for any more. */
const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * What every session starts with: it cannot write whatever its login may do, and no statement runs for ever. A pooler that
 * drops start-up options drops these too; the role `tallyman_reader` does not.
 */
const READ_ONLY = {
  default_transaction_read_only: "on",
  statement_timeout: STATEMENT_TIMEOUT_MS,
  // Compiling takes longer than the answers do.
  jit: "off",
};

const QUERY_CANCELED = "57014";

/** SQLSTATE classes of a server that is away, full or stopping: connection, resources, operator. */
const UNAVAILABLE_CLASSES = new Set(["08", "53", "57"]);

export interface DatabaseOptions {
  readonly url: string;
  /** Hears of connections that break while they are idle. */
  readonly onError: (error: Error) => void;
}

/** The database as the api sees it: it can be asked, nothing else. */
export class Database {
  readonly #pool: pg.Pool;

  constructor({ url, onError }: DatabaseOptions) {
    this.#pool = createPool({
      url,
      max: CONNECTIONS,
      applicationName: "tallyman-api",
      onError,
      settings: READ_ONLY,
    });
  }

  /**
   * The rows of a statement.
   *
   * @throws UnavailableError when the database cannot be reached, TooSlowError when it stopped the statement
   */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, [...values])).rows;
    } catch (error) {
      throw toApiError(error);
    }
  }

  /** Lets go of the connections. */
  async close(): Promise<void> {
    await this.#pool.end();
  }
}

function toApiError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) {
    // Not Postgres speaks but the way to it: a refused, broken or silent connection.
    return new UnavailableError("the database cannot be reached", { cause: error });
  }
  const { code = "" } = error;
  if (code === QUERY_CANCELED) {
    return new TooSlowError("a statement ran into its time limit", { cause: error });
  }
  if (UNAVAILABLE_CLASSES.has(code.slice(0, 2))) {
    return new UnavailableError("the database does not serve", { cause: error });
  }
  return error;
}
