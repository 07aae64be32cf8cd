import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, readConfig, redact } from "@tallyman/runtime";
import { expect } from "chai";
import { CONFIG, SECRET_SETTINGS } from "./config.ts";

const SECRET = "a-secret-for-the-harbour";

/** The faults of an environment. */
function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(CONFIG, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("the configuration of ingest", () => {
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "tallyman-config-"));
  });

  after(() => rmSync(directory, { recursive: true }));

  it("needs nothing but a secret", () => {
    expect(readConfig(CONFIG, { NOTIFICATION_SECRETS: SECRET })).to.deep.equal({
      NOTIFICATION_SECRETS: [{ registry: "default", secret: SECRET }],
      QUEUE_URL: "redis://127.0.0.1:6379",
      ALLOW_VOLATILE_QUEUE: false,
      HOST: "0.0.0.0",
      PORT: 8080,
      OPS_PORT: 9080,
      MAX_BODY_BYTES: 8_388_608,
      LOG_LEVEL: "info",
    });
  });

  it("says what to do when there is no secret", () => {
    for (const environment of [{}, { NOTIFICATION_SECRETS: "" }]) {
      const faults = faultsOf(environment);
      expect(faults).to.have.lengthOf(1);
      expect(faults[0]).to.match(/^NOTIFICATION_SECRETS is not set\. .*at least 16 characters/);
    }
  });

  it("reads secrets from a file, so that they need not be in the environment", () => {
    const file = join(directory, "secrets");
    writeFileSync(file, `harbour=${SECRET}\n`);
    const config = readConfig(CONFIG, { NOTIFICATION_SECRETS_FILE: file });
    expect(config.NOTIFICATION_SECRETS).to.deep.equal([{ registry: "harbour", secret: SECRET }]);
  });

  it("names all faults at once, and no secret", () => {
    const faults = faultsOf({
      NOTIFICATION_SECRETS: `harbour=short,dock=${SECRET},pier=${SECRET}`,
      QUEUE_URL: "amqp://127.0.0.1",
      PORT: "eighty",
      OPS_PORT: "65536",
      MAX_BODY_BYTES: "0",
      LOG_LEVEL: "loud",
    });
    expect(faults.map((fault) => fault.split(":", 1)[0])).to.have.members([
      "NOTIFICATION_SECRETS",
      "NOTIFICATION_SECRETS",
      "QUEUE_URL",
      "PORT",
      "OPS_PORT",
      "MAX_BODY_BYTES",
      "LOG_LEVEL",
    ]);
    expect(faults.join("\n")).not.to.include(SECRET).and.not.to.include("short,");
  });

  it("prints no secret and no password", () => {
    const config = readConfig(CONFIG, {
      NOTIFICATION_SECRETS: `harbour=${SECRET}`,
      QUEUE_URL: "rediss://user:open-sesame@queue.example.test:6380/2",
    });
    const printed = JSON.stringify(redact(config, SECRET_SETTINGS));
    expect(printed).not.to.include(SECRET).and.not.to.include("open-sesame");
    expect(printed).to.include("queue.example.test:6380/2");
  });
});
