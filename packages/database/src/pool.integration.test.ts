import { expect } from "chai";
import type pg from "pg";
import { eventually } from "../../../test/support/eventually.ts";
import { rejectionOf } from "../../../test/support/rejection.ts";
import { openRelay, type Relay } from "../../../test/support/relay.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { createPool } from "./pool.ts";

describe("a pool whose connection breaks", () => {
  let database: TestDatabase;
  let relay: Relay;
  let pool: pg.Pool;
  let errors: Error[];

  before(async () => {
    database = await createTestDatabase();
  });

  beforeEach(async () => {
    errors = [];
    relay = await openRelay(database.url);
    pool = createPool({
      url: relay.through(database.url),
      max: 1,
      applicationName: "test",
      onError: (error) => errors.push(error),
    });
  });

  afterEach(async () => {
    await pool.end();
    await relay.close();
  });

  after(() => database.drop());

  // An error event without a listener is an uncaught exception, which fails the test.
  it("while it is in use does not end the process, and the statement is rejected", async () => {
    const client = await pool.connect();
    const statement = rejectionOf(client.query("select pg_sleep(60)"));
    await relay.cut();
    expect((await statement).message).to.match(/terminated|reset/i);
    await eventually("the error was heard", () => errors.length > 0);
    client.release(true);
    await relay.restore();
    expect((await pool.query("select 1 as one")).rows).to.deep.equal([{ one: 1 }]);
  });

  it("within a transaction keeps its locks for seconds, not for hours, when the server is not told", async () => {
    const { rows } = await pool.query<{ seconds: number }>(
      "select extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval)::int as seconds",
    );
    expect(rows[0]?.seconds).to.be.within(1, 30);
  });

  it("while it is idle does not end the process", async () => {
    await pool.query("select 1");
    await relay.cut();
    await eventually("the error was heard", () => errors.length > 0);
    await relay.restore();
    expect((await pool.query("select 1 as one")).rows).to.deep.equal([{ one: 1 }]);
  });
});
