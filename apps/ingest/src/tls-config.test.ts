import { ConfigError, readConfig } from "@tallyman/runtime";
import { expect } from "chai";
import { CONFIG } from "./config.ts";

const SECRET = "a-secret-for-the-harbour";

function faultsOf(settings: Record<string, string>): readonly string[] {
  try {
    readConfig(CONFIG, { NOTIFICATION_SECRETS: SECRET, ...settings });
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("the settings of TLS", () => {
  it("are complete or absent", () => {
    const both = { TLS_CERT_FILE: "/cert.pem", TLS_KEY_FILE: "/key.pem" };
    expect(faultsOf({})).to.deep.equal([]);
    expect(faultsOf(both)).to.deep.equal([]);
    expect(faultsOf({ ...both, TLS_CLIENT_CA_FILE: "/ca.pem" })).to.deep.equal([]);
  });

  it("name what is missing", () => {
    expect(faultsOf({ TLS_CERT_FILE: "/cert.pem" }).join()).to.match(/^TLS_KEY_FILE is not set\./);
    expect(faultsOf({ TLS_KEY_FILE: "/key.pem" }).join()).to.match(/^TLS_CERT_FILE is not set\./);
    expect(faultsOf({ TLS_CLIENT_CA_FILE: "/ca.pem" })).to.deep.equal([
      "TLS_CLIENT_CA_FILE: needs TLS_CERT_FILE and TLS_KEY_FILE",
    ]);
  });

  it("are judged together with all others", () => {
    expect(faultsOf({ TLS_CERT_FILE: "/cert.pem", PORT: "eighty" })).to.have.length(2);
  });
});
