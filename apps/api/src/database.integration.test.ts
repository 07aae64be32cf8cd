import { expect } from "chai";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { Database } from "./database.ts";
import { TooSlowError, UnavailableError } from "./errors.ts";

describe("the api's database", () => {
  let testDatabase: TestDatabase;
  let database: Database;
  before(async () => {
    testDatabase = await createTestDatabase();
    database = new Database({ url: testDatabase.url, onError: () => undefined });
  });
  after(async () => {
    await database.close();
    await testDatabase.drop();
  });

  const failureOf = (statement: string): Promise<unknown> =>
    database.query(statement).then(
      () => undefined,
      (error: unknown) => error,
    );

  it("has sessions in UTC that cannot write and give up in time", async () => {
    const settings = await database.query(
      `select current_setting('default_transaction_read_only') as read_only,
         current_setting('statement_timeout') as timeout, current_setting('timezone') as timezone,
         current_setting('jit') as jit`,
    );
    expect(settings).to.deep.equal([
      { read_only: "on", timeout: "10s", timezone: "UTC", jit: "off" },
    ]);
    expect(await failureOf("delete from ledger")).to.have.property("code", "25006");
  });

  it("tells a statement that took too long from a server that went away and from a mistake", async () => {
    const tooSlow = await failureOf("select pg_cancel_backend(pg_backend_pid()), pg_sleep(5)");
    expect(tooSlow).to.be.instanceOf(TooSlowError);
    const away = await failureOf("select pg_terminate_backend(pg_backend_pid()), pg_sleep(5)");
    expect(away).to.be.instanceOf(UnavailableError);
    expect(await failureOf("select nothing")).to.have.property("code", "42703");
  });
});
