import { expect } from "chai";
import { redact } from "./redact.ts";

describe("redact", () => {
  it("hides the settings that are secret as a whole", () => {
    expect(
      redact({ TOKENS: ["a", "b"], SECRET: "c", PORT: 8080 }, ["TOKENS", "SECRET"]),
    ).to.deep.equal({ TOKENS: "[redacted]", SECRET: "[redacted]", PORT: 8080 });
  });

  it("hides the password in a URL and shows the rest", () => {
    const { DATABASE_URL } = redact(
      { DATABASE_URL: "postgres://tallyman:p%40ss@db.example.test:5433/tally?sslmode=require" },
      [],
    );
    expect(DATABASE_URL).to.equal(
      "postgres://tallyman:redacted@db.example.test:5433/tally?sslmode=require",
    );
  });

  it("hides the password of a URL without a user, as Redis has it", () => {
    const { QUEUE_URL } = redact(
      { QUEUE_URL: "rediss://:open-sesame@queue.example.test:6380" },
      [],
    );
    expect(QUEUE_URL).to.be.a("string").and.not.include("open-sesame");
    expect(QUEUE_URL).to.include("queue.example.test:6380");
  });

  it("leaves everything else as it is", () => {
    const config = {
      QUEUE_URL: "redis://127.0.0.1:6379/3",
      HOST: "::",
      PORT: 8080,
      STRICT: false,
      TEXT: "no://url at all",
      MISSING: undefined,
    };
    expect(redact(config, ["MISSING"])).to.deep.equal(config);
  });
});
