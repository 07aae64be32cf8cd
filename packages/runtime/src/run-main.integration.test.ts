import { expect } from "chai";
import { runNode } from "../../../test/support/run-node.ts";

const DATABASE_URL = "postgres://tallyman:open-sesame@db.example.test/tally";

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(environment: Record<string, string>, ...args: string[]): Promise<Result> {
  const program = runNode("sample-main.ts", args, environment);
  const { code } = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

describe("runMain", () => {
  it("starts the program with its configuration", async () => {
    const { code, stdout } = await run({ DATABASE_URL, PORT: "1234" });
    expect(code).to.equal(0);
    expect(stdout).to.equal("started on 1234\n");
  });

  it("exits with 2 at a faulty configuration, and names every fault without a stack", async () => {
    for (const args of [[], ["--check-config"]]) {
      const { code, stdout, stderr } = await run({ PORT: "eighty" }, ...args);
      expect(code).to.equal(2);
      expect(stdout).to.equal("");
      expect(stderr)
        .to.match(/DATABASE_URL is not set/)
        .and.match(/PORT: must be a number/);
      expect(stderr).not.to.match(/^\s+at /m);
    }
  });

  it("exits with 1 when the program cannot start, and says why", async () => {
    const { code, stderr } = await run({ DATABASE_URL, PORT: "1" });
    expect(code).to.equal(1);
    expect(stderr).to.equal("Cannot listen on port 1.\n");
  });

  it("prints the configuration with --check-config, without starting and without secrets", async () => {
    const { code, stdout } = await run({ DATABASE_URL, TOKENS: "token" }, "--check-config");
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal({
      DATABASE_URL: "postgres://tallyman:redacted@db.example.test/tally",
      PORT: 8080,
      TOKENS: "[redacted]",
    });
  });
});
