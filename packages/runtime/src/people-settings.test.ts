import { expect } from "chai";
import { z } from "zod";
import { withPeople } from "./people-settings.ts";
import { ConfigError, readConfig, type Environment } from "./read-config.ts";

const SCHEMA = withPeople({ NAME: z.string() });

function faultsOf(environment: Environment): readonly string[] {
  try {
    readConfig(SCHEMA, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("The settings of people", () => {
  it("record names as they are sent, of everybody, unless told otherwise", () => {
    expect(readConfig(SCHEMA, { NAME: "n" })).to.deep.equal({
      NAME: "n",
      USER_DIRECTORY: "open",
      ACTOR_NAMES: "plain",
    });
  });

  it("ask for a key when pseudonyms are wanted, together with every other fault", () => {
    const faults = faultsOf({ ACTOR_NAMES: "pseudonym", USER_DIRECTORY: "ajar" });
    expect(faults).to.have.length(3);
    expect(faults.join("\n"))
      .to.match(/NAME is not set/)
      .and.match(/USER_DIRECTORY: must be/);
    expect(faults.join("\n")).to.match(/ACTOR_NAMES_KEY is not set\. Key of the pseudonyms/);
  });

  it("take no key that is short", () => {
    const environment = { NAME: "n", ACTOR_NAMES: "pseudonym" };
    expect(faultsOf({ ...environment, ACTOR_NAMES_KEY: "x".repeat(31) })).to.deep.equal([
      "ACTOR_NAMES_KEY: must have at least 32 characters",
    ]);
    expect(faultsOf({ ...environment, ACTOR_NAMES_KEY: "x".repeat(32) })).to.deep.equal([]);
  });

  it("know three ways", () => {
    expect(faultsOf({ NAME: "n", ACTOR_NAMES: "none" })).to.deep.equal([
      "ACTOR_NAMES: must be plain, pseudonym or off",
    ]);
  });
});
