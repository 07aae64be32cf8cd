import { ConfigError, readConfig } from "@tallyman/runtime";
import { expect } from "chai";
import { addressOf, CONFIG } from "./config.ts";

const DATABASE_URL = "postgres://reader@db.example/tallyman";

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(CONFIG, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("configuration of the api", () => {
  it("needs nothing but a database", () => {
    const config = readConfig(CONFIG, { DATABASE_URL });
    expect(config).to.deep.include({ API_TOKENS: [], PORT: 8081, OPS_PORT: 9081 });
  });

  it("takes several tokens, so that one can be replaced without a gap", () => {
    const API_TOKENS = "0123456789abcdef, fedcba9876543210==,";
    const config = readConfig(CONFIG, { DATABASE_URL, API_TOKENS });
    expect(config.API_TOKENS).to.deep.equal(["0123456789abcdef", "fedcba9876543210=="]);
  });

  it("names every fault at once and never shows a token", () => {
    const faults = faultsOf({ API_TOKENS: "tooshort,0123456789 abcdef", PORT: "x" });
    expect(faults).to.have.length(4);
    expect(faults.join("\n"))
      .to.include("DATABASE_URL is not set")
      .and.include("token 1 has 8 characters")
      .and.include("token 2 may hold")
      .and.include("PORT")
      .and.not.include("tooshort")
      .and.not.include("abcdef");
  });

  it("refuses a list without a token instead of opening the api", () => {
    expect(faultsOf({ DATABASE_URL, API_TOKENS: " , " })).to.deep.equal([
      "API_TOKENS: holds no token",
    ]);
  });

  it("listens on loopback only without tokens, whatever HOST says", () => {
    expect(addressOf({ API_TOKENS: [], HOST: "0.0.0.0" })).to.equal("127.0.0.1");
    expect(addressOf({ API_TOKENS: ["0123456789abcdef"], HOST: "0.0.0.0" })).to.equal("0.0.0.0");
  });
});
