import { expect } from "chai";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../../../../test/support/test-database.ts";
import { recordSampleTraffic } from "./sample-traffic.ts";
import { serveApi, type Answer, type ServedApi } from "./serve-api.ts";

export type Row = Record<string, unknown>;

/** The current day of the api under test. */
export const TODAY = "2026-02-04";

/** A window that holds all sample traffic. */
export const EVERYTHING = "from=2025-12-01&to=2026-03-01";

/** SQL of a time as the api shows it, under the column's own name. */
export function time(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ${column}`;
}

/** An api over the sample traffic, for the tests of one `describe`. */
export class SampleApi {
  #database: TestDatabase | undefined;
  #client: pg.Client | undefined;
  #api: ServedApi | undefined;

  /** Registers the hooks that bring it up and take it down. */
  constructor() {
    before("record sample traffic and start the api", async () => {
      this.#database = await createTestDatabase();
      await recordSampleTraffic(this.databaseUrl);
      this.#client = new pg.Client({ connectionString: this.databaseUrl });
      await this.#client.connect();
      this.#api = await serveApi({ databaseUrl: this.databaseUrl, today: TODAY });
    });
    after("stop the api", async () => {
      await this.#api?.close();
      await this.#client?.end();
      await this.#database?.drop();
    });
  }

  get databaseUrl(): string {
    return present(this.#database).url;
  }

  get origin(): string {
    return present(this.#api).origin;
  }

  /** Rows of a query as JSON shows them. */
  async sql(query: string): Promise<Row[]> {
    const text = `select coalesce(json_agg(rows), '[]') as rows from (${query}) rows`;
    const { rows } = await present(this.#client).query<{ rows: Row[] }>(text);
    return rows[0]?.rows ?? [];
  }

  /** Changes the tables. */
  async execute(statement: string): Promise<void> {
    await present(this.#client).query(statement);
  }

  ask(question: string, init?: RequestInit): Promise<Answer> {
    return present(this.#api).get(`/api/v1/${question}`, init);
  }

  /** The answer to a question that has one. */
  async get(question: string): Promise<Row> {
    const { status, body } = await this.ask(question);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  }

  /** The answer as CSV, without its header, by line. */
  async csv(question: string): Promise<string[]> {
    const { status, text, headers } = await this.ask(question, { headers: { accept: "text/csv" } });
    expect(status, text).to.equal(200);
    expect(headers.get("content-type")).to.match(/^text\/csv; charset=utf-8/);
    return text.split("\r\n").slice(0, -1);
  }

  /** Follows the cursors of a list to its end. */
  async getAll(question: string, name: string): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor: unknown = "";
    do {
      const separator = question.includes("?") ? "&" : "?";
      const body = await this.get(`${question}${separator}cursor=${String(cursor)}`);
      rows.push(...(body[name] as Row[]));
      cursor = body["next_cursor"];
    } while (cursor !== null);
    return rows;
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the api is up only while tests run");
  return value;
}
