import { expect } from "chai";
import type pg from "pg";
import { rejectionOf } from "../../../test/support/rejection.ts";
import { awaitSchema } from "./await-schema.ts";
import { migrationNames } from "./migrations.ts";

/** A server of some version with our schema, as far as its answers go. */
function server(number: string, text: string): pg.ClientBase {
  const query = async (sql: string): Promise<{ rows: unknown[] }> => {
    if (sql.includes("server_version_num")) return { rows: [{ number, text }] };
    return { rows: migrationNames().map((name) => ({ name })) };
  };
  return { query } as unknown as pg.ClientBase;
}

const neverPauses = (): Promise<never> => Promise.reject(new Error("it waited"));

describe("a Postgres of another version", () => {
  it("is refused when it is older than 14, with what to do, and not waited for", async () => {
    const error = await rejectionOf(awaitSchema(server("130014", "13.14"), neverPauses));
    expect(error.message).to.contain("Postgres 13.14 is too old").and.to.contain("DATABASE_URL");
  });

  it("is taken from 14.0 on", async () => {
    expect(await awaitSchema(server("140000", "14.0"), neverPauses)).to.equal(true);
  });
});
