import { expect } from "chai";
import pg from "pg";
import { eventually } from "../../../test/support/eventually.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/test-database.ts";
import { sumDueActorDays } from "./sum-due-actor-days.ts";

describe("sumDueActorDays", () => {
  let database: TestDatabase;
  let other: pg.Client;

  before(async () => {
    database = await createTestDatabase();
    other = new pg.Client({ connectionString: database.url });
    await other.connect();
  });
  after(async () => {
    await other.end();
    await database.drop();
  });

  const summed = async () =>
    (await other.query("select from tallyman.actor_days_state where summed_until > '-infinity'"))
      .rowCount === 1;
  const sessions = async () =>
    (
      await other.query(
        "select from pg_stat_activity where application_name = 'tallyman-worker-sums' and datname = current_database()",
      )
    ).rowCount;

  it("gives up at once when the process ends, and leaves nothing behind", async () => {
    await other.query("select pg_advisory_lock(hashtext('tallyman.actor_days'))");
    const end = new AbortController();
    const summing = sumDueActorDays(database.url, end.signal);
    await eventually("it waits for somebody who is at it", async () => (await sessions()) === 1);
    end.abort();
    await summing;
    await other.query("select pg_advisory_unlock(hashtext('tallyman.actor_days'))");
    await eventually("its session is over", async () => (await sessions()) === 0);
    expect(await summed()).to.equal(false);
  });

  it("does not begin when the process ends already", async () => {
    await sumDueActorDays(database.url, AbortSignal.abort());
    expect(await summed()).to.equal(false);
  });

  it("sums up what is due", async () => {
    await sumDueActorDays(database.url, new AbortController().signal);
    expect(await summed()).to.equal(true);
  });
});
