import { expect } from "chai";
import { parseRegistrySecrets } from "./registry-secrets.ts";

const ONE = "the-first-secret-of-all";
const TWO = "the-second-secret-of-all";

describe("parseRegistrySecrets", () => {
  it("reads pairs of registry and secret", () => {
    expect(parseRegistrySecrets(`harbour=${ONE},dock-2.eu_west=${TWO}`)).to.deep.equal({
      secrets: [
        { registry: "harbour", secret: ONE },
        { registry: "dock-2.eu_west", secret: TWO },
      ],
      faults: [],
    });
  });

  it("splits at the first equals sign, for secrets may hold more of them", () => {
    const { secrets, faults } = parseRegistrySecrets("harbour=c2VjcmV0LW9mLXNlY3JldHM==");
    expect(secrets).to.deep.equal([{ registry: "harbour", secret: "c2VjcmV0LW9mLXNlY3JldHM==" }]);
    expect(faults).to.deep.equal([]);
  });

  it("gives a bare secret to the registry default", () => {
    expect(parseRegistrySecrets(ONE).secrets).to.deep.equal([{ registry: "default", secret: ONE }]);
  });

  it("lets a registry have several secrets, so that one can be replaced without a gap", () => {
    const { secrets, faults } = parseRegistrySecrets(`harbour=${ONE},harbour=${TWO}`);
    expect(secrets.map(({ registry }) => registry)).to.deep.equal(["harbour", "harbour"]);
    expect(faults).to.deep.equal([]);
  });

  it("lets the same pair stand twice", () => {
    expect(parseRegistrySecrets(`harbour=${ONE},harbour=${ONE}`).faults).to.deep.equal([]);
  });

  it("overlooks white space around pairs and empty pairs, but not within a secret", () => {
    const { secrets, faults } = parseRegistrySecrets(
      ` harbour=${ONE} ,\n,dock=a secret with spaces,`,
    );
    expect(secrets).to.deep.equal([
      { registry: "harbour", secret: ONE },
      { registry: "dock", secret: "a secret with spaces" },
    ]);
    expect(faults).to.deep.equal([]);
  });

  it("accepts a secret of 16 characters and refuses one of 15", () => {
    expect(parseRegistrySecrets(`harbour=${"x".repeat(16)}`).faults).to.deep.equal([]);
    const { secrets, faults } = parseRegistrySecrets(`harbour=${"x".repeat(15)}`);
    expect(secrets).to.deep.equal([]);
    expect(faults).to.have.lengthOf(1);
    expect(faults[0]).to.match(/pair 1 \(registry harbour\).*15 characters.*at least 16/);
  });

  it("refuses the same secret for two registries, whose events could not be told apart", () => {
    const { faults } = parseRegistrySecrets(`harbour=${ONE},dock=${ONE}`);
    expect(faults).to.have.lengthOf(1);
    expect(faults[0]).to.match(/pair 2: the registries harbour and dock have the same secret/);
  });

  it("refuses what cannot be a registry label", () => {
    for (const label of ["Harbour", "har bour", "harbour/eu", "hafen-ü", "", "x".repeat(256)]) {
      const { secrets, faults } = parseRegistrySecrets(`${label}=${ONE}`);
      expect(secrets, label).to.deep.equal([]);
      expect(faults, label).to.have.lengthOf(1);
      expect(faults[0], label).to.match(/pair 1: .* registry label/);
    }
  });

  it("finds nothing in an empty text", () => {
    for (const text of ["", " , ,"]) {
      expect(parseRegistrySecrets(text)).to.deep.equal({
        secrets: [],
        faults: ["holds no secret"],
      });
    }
  });

  it("names every fault at once, and quotes no secret in any of them", () => {
    const short = "too-short";
    const { secrets, faults } = parseRegistrySecrets(
      `a=${short},B=${ONE},c=${TWO},d=${TWO},e=${ONE}`,
    );
    expect(faults).to.have.lengthOf(3);
    for (const secret of [short, ONE, TWO]) expect(faults.join("\n")).not.to.include(secret);
    expect(secrets).to.deep.equal([
      { registry: "c", secret: TWO },
      { registry: "e", secret: ONE },
    ]);
  });
});
