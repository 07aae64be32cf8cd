import { expect } from "chai";
import { checkSecrets } from "./check-secrets.ts";

describe("checkSecrets", () => {
  const warnings = (environment: Record<string, string>): string[] =>
    checkSecrets(environment).findings.flatMap(({ status, message }) =>
      status === "warning" ? [message] : [],
    );

  it("is content with secrets that were made, and names their registries", () => {
    const NOTIFICATION_SECRETS = "harbour=0f1e2d3c4b5a69788796,dock=a1b2c3d4e5f60718";
    const { findings, secrets } = checkSecrets({
      NOTIFICATION_SECRETS,
      API_TOKENS: "some-other-token-1",
    });
    expect(findings).to.deep.equal([
      { check: "secrets", status: "ok", message: "2 registries: harbour, dock" },
    ]);
    expect(secrets).to.have.length(2);
  });

  it("warns of secrets that are weak, twice there, in rotation, or tokens of the api as well", () => {
    const token = "0123456789abcdef0123456789abcdef";
    const found = warnings({
      NOTIFICATION_SECRETS: `a=${"ab".repeat(8)},b=${token},b=${token},c=one-secret-of-these,c=other-secret-of-these`,
      API_TOKENS: `another-token-of-it, ${token}`,
    });
    expect(found).to.have.length(5);
    expect(found[0]).to.contain("a has a secret of fewer than 8 different characters");
    expect(found[1]).to.contain("b has the same secret twice");
    expect(found[2]).to.contain("c has 2 secrets");
    expect(found[3]).to.contain("the secret of b is also a token of the api");
  });

  it("leaves what is faulty to the check of the configuration", () => {
    expect(checkSecrets({})).to.deep.equal({ findings: [], secrets: [] });
    const { findings, secrets } = checkSecrets({ NOTIFICATION_SECRETS: "a=short" });
    expect([findings, secrets]).to.deep.equal([[], []]);
  });
});
