import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { z } from "zod";
import { flag, LOG_LEVEL, port, positiveInteger, url } from "./config-fields.ts";
import { ConfigError, readConfig, type Environment } from "./read-config.ts";

const SCHEMA = z.object({
  DATABASE: url("postgres").describe("Give the address of the database."),
  QUEUE: url("redis", "rediss").default("redis://127.0.0.1:6379"),
  PORT: port(8080),
  LIMIT: positiveInteger(100),
  STRICT: flag(false),
  LOG_LEVEL,
});

const DATABASE = "postgres://127.0.0.1/tallyman";

function faultsOf(environment: Environment): readonly string[] {
  try {
    readConfig(SCHEMA, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("readConfig", () => {
  let directory: string;
  let file: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "tallyman-config-"));
    file = join(directory, "database-url");
    writeFileSync(file, `${DATABASE}\n`);
  });

  after(() => rmSync(directory, { recursive: true }));

  it("takes defaults for what is not set and leaves out what it does not know", () => {
    expect(readConfig(SCHEMA, { DATABASE, HOME: "/root" })).to.deep.equal({
      DATABASE,
      QUEUE: "redis://127.0.0.1:6379",
      PORT: 8080,
      LIMIT: 100,
      STRICT: false,
      LOG_LEVEL: "info",
    });
  });

  it("reads numbers and flags from text", () => {
    const config = readConfig(SCHEMA, { DATABASE, PORT: "0", LIMIT: "7", STRICT: "true" });
    expect(config).to.include({ PORT: 0, LIMIT: 7, STRICT: true });
  });

  it("gives a configuration that nobody can change", () => {
    expect(Object.isFrozen(readConfig(SCHEMA, { DATABASE }))).to.equal(true);
  });

  it("takes an empty value as absent, as it stands in many an env file", () => {
    expect(readConfig(SCHEMA, { DATABASE, PORT: "", QUEUE: "" })).to.include({ PORT: 8080 });
    expect(faultsOf({ DATABASE: "" })).to.deep.equal([
      "DATABASE is not set. Give the address of the database.",
    ]);
  });

  it("reads a value from the file that NAME_FILE names, without the newline at its end", () => {
    expect(readConfig(SCHEMA, { DATABASE_FILE: file }).DATABASE).to.equal(DATABASE);
    expect(readConfig(SCHEMA, { DATABASE: "", DATABASE_FILE: file }).DATABASE).to.equal(DATABASE);
    expect(readConfig(SCHEMA, { DATABASE, DATABASE_FILE: "" }).DATABASE).to.equal(DATABASE);
  });

  it("refuses a value that is given twice", () => {
    expect(faultsOf({ DATABASE, DATABASE_FILE: file })).to.deep.equal([
      "DATABASE and DATABASE_FILE are both set; set only one.",
    ]);
  });

  it("names the file that it cannot read", () => {
    const missing = join(directory, "missing");
    expect(faultsOf({ DATABASE, PORT_FILE: missing })).to.deep.equal([
      `PORT_FILE: cannot read ${missing} (ENOENT).`,
    ]);
    expect(faultsOf({ DATABASE_FILE: missing })).to.deep.equal([
      `DATABASE_FILE: cannot read ${missing} (ENOENT).`,
    ]);
  });

  it("names all faults at once, each by its setting", () => {
    const faults = faultsOf({
      QUEUE: "http://127.0.0.1",
      PORT: "-1",
      LIMIT: "1.5",
      STRICT: "yes",
      LOG_LEVEL: "loud",
    });
    expect(faults.map((fault) => fault.split(/[: ]/, 1)[0])).to.have.members([
      "DATABASE",
      "QUEUE",
      "PORT",
      "LIMIT",
      "STRICT",
      "LOG_LEVEL",
    ]);
    expect(faults).to.include("QUEUE: must be a URL that starts with one of: redis://, rediss://");
    expect(faults).to.include("PORT: must be 0 to 65535");
    expect(faults).to.include("STRICT: must be true or false");
  });

  it("lists the faults in its message, one per line", () => {
    try {
      readConfig(SCHEMA, { PORT: "x" });
      expect.fail("the configuration is faulty");
    } catch (error) {
      expect((error as Error).message.split("\n")).to.deep.equal([
        "The configuration has 2 faults:",
        "  - DATABASE is not set. Give the address of the database.",
        "  - PORT: must be a number",
      ]);
    }
  });
});
