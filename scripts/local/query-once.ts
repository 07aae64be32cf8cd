import { Client, type QueryResultRow } from "pg";

/** Milliseconds until a connection counts as failed. */
const CONNECTION_TIMEOUT = 10_000;

/** Connects, asks one thing and hangs up. For what is asked once; a program that goes on asking has a pool. */
export async function queryOnce<Row extends QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
  });
  try {
    await client.connect();
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
