import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ENV_EXAMPLE, renderEnvExample } from "../../scripts/env-example.ts";

const COMPOSE = new URL("../../docker-compose.yml", import.meta.url);

describe(".env.example", () => {
  const text = readFileSync(ENV_EXAMPLE, "utf8");

  it("is what the schemas of the apps say; npm run docs:env writes it anew", () => {
    expect(text).to.equal(renderEnvExample());
  });

  it("has every variable that docker-compose.yml asks for", () => {
    const known = new Set(Array.from(text.matchAll(/^(?:# )?([A-Z_]+)=/gm), ([, name]) => name));
    const compose = readFileSync(COMPOSE, "utf8");
    const asked = new Set(Array.from(compose.matchAll(/\$\{([A-Z_]+)/g), ([, name]) => name));
    expect(asked.size).to.be.greaterThan(0);
    expect([...asked].filter((name) => !known.has(name))).to.deep.equal([]);
  });

  it("leaves every secret empty for deploy/make-env.sh", () => {
    const secrets = text.match(/^[A-Z_]*(?:PASSWORD|SECRET|TOKENS)=.*$/gm) ?? [];
    expect(secrets.length).to.be.greaterThan(0);
    expect(secrets.filter((line) => !line.endsWith("="))).to.deep.equal([]);
  });
});
