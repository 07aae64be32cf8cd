import { readFileSync } from "node:fs";
import { expect } from "chai";

const TEXT = readFileSync(new URL("../../docker-compose.yml", import.meta.url), "utf8");

/** The services of docker-compose.yml by name, as text. */
function services(): Map<string, string> {
  const section = TEXT.slice(TEXT.indexOf("\nservices:\n"), TEXT.indexOf("\nnetworks:\n"));
  const [, ...parts] = section.split(/^ {2}([a-z]+):$/m);
  return new Map(
    parts.flatMap((part, i) => (i % 2 === 0 ? [[part, parts[i + 1] ?? ""] as const] : [])),
  );
}

/** A block at the top of the file, as text. */
function block(name: string): string {
  return TEXT.split(/^(?=\S)/m).find((part) => part.startsWith(`${name}:`)) ?? "";
}

describe("docker-compose.yml", () => {
  it("starts what the project promises", () => {
    expect([...services().keys()]).to.have.members([
      "registry",
      "ingest",
      "worker",
      "api",
      "migrate",
      "redis",
      "postgres",
      "grafana",
    ]);
  });

  it("gives no service more than it needs", () => {
    const hardened = block("x-hardened");
    for (const line of ["read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"]) {
      expect(hardened).to.include(line);
    }
    expect(block("x-process")).to.include("<<: *hardened").and.to.include("user: node");
    for (const [name, service] of services()) {
      expect(service, name).to.match(/<<: \*(hardened|process)/);
      expect(service, name).to.not.match(/read_only: false|cap_add|privileged|network_mode/);
    }
  });

  it("opens ports on this machine only", () => {
    const ports = Array.from(TEXT.matchAll(/ports: \[(.*)\]/g), ([, list]) => list);
    expect(ports.length).to.be.greaterThan(0);
    for (const list of ports) expect(list).to.match(/^"127\.0\.0\.1:\d+:\d+"$/);
  });

  it("lets ingest neither near the database nor near its passwords", () => {
    const ingest = services().get("ingest");
    expect(ingest).to.include("networks: [public, queue]");
    expect(ingest).to.not.match(/DATABASE_URL|DB_|POSTGRES_/);
  });

  it("asks for every secret by name and has none of its own", () => {
    const secrets = TEXT.match(/\$\{[A-Z_]*(?:PASSWORD|SECRETS?|TOKENS)[^}]*\}/g) ?? [];
    expect(secrets.length).to.be.greaterThan(0);
    for (const secret of secrets) expect(secret).to.not.include(":-");
    const names = new Set(secrets.map((secret) => /[A-Z_]+/.exec(secret)?.[0]));
    for (const name of names) expect(TEXT).to.include(`\${${name}:?`);
  });
});
